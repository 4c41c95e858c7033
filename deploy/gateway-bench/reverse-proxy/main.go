// A reverse proxy as Go's standard library has it, in front of several upstreams in turn:
// reverse-proxy LISTEN UPSTREAM…, each as HOST:PORT.
package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"os"
	"sync/atomic"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("reverse-proxy LISTEN UPSTREAM…")
	}
	upstreams := os.Args[2:]
	var turn uint64

	transport := http.DefaultTransport.(*http.Transport).Clone()
	// The defaults keep two idle connections to a host and a hundred in all; the others would be closed after each reply.
	transport.MaxIdleConns = 0
	transport.MaxIdleConnsPerHost = 256
	// The reply is handed on as it is: no compression is asked for that the client did not ask for.
	transport.DisableCompression = true

	proxy := &httputil.ReverseProxy{
		Director: func(request *http.Request) {
			request.URL.Scheme = "http"
			request.URL.Host = upstreams[atomic.AddUint64(&turn, 1)%uint64(len(upstreams))]
		},
		Transport: transport,
	}
	log.Fatal(http.ListenAndServe(os.Args[1], proxy))
}
