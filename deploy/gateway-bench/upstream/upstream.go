// Replicas that answer any request with one file, each after a time of its own:
// upstream FILE HOST:PORT=DELAY…, for example upstream reply.json 127.0.0.1:8001=200us 127.0.0.1:8002=10ms.
package main

import (
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// The runtime's timers may be a millisecond late, the kernel's a tenth of that, so a request sleeps in the kernel.
// That holds a thread and the runtime's leave to run it, of which there must then be as many as requests at a time.
const requestsAtATime = 64

func main() {
	if len(os.Args) < 3 {
		log.Fatal("upstream FILE HOST:PORT=DELAY…")
	}
	runtime.GOMAXPROCS(requestsAtATime)
	reply, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, argument := range os.Args[2:] {
		address, text, _ := strings.Cut(argument, "=")
		delay, err := time.ParseDuration(text)
		if err != nil {
			log.Fatal(err)
		}
		go func() { log.Fatal(http.ListenAndServe(address, replica(address, reply, delay))) }()
	}
	select {}
}

func replica(address string, reply []byte, delay time.Duration) http.Handler {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		log.Fatal(err)
	}
	return http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
		sleep(delay)
		writer.Header().Set("Content-Type", "application/json")
		writer.Header().Set("X-Replica", port)
		// A caller that went away is no concern of a replica.
		_, _ = writer.Write(reply)
	})
}

// sleep goes on after a signal; the runtime sends itself some.
func sleep(delay time.Duration) {
	left := syscall.NsecToTimespec(delay.Nanoseconds())
	for syscall.Nanosleep(&left, &left) == syscall.EINTR {
	}
}
