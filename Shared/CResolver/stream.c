// libresolv connects and reads without a time limit when it uses TCP, and a name server that is frozen would hold its
// thread for ever. So the exchange by stream is done here, against one deadline.

#include "CResolver.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if !defined(MSG_NOSIGNAL)
#define MSG_NOSIGNAL 0
#endif
#if !defined(SOCK_CLOEXEC)
#define SOCK_CLOEXEC 0
#endif

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int wait_for(int socket, short events, int64_t deadline) {
    for (;;) {
        int64_t remaining = deadline - milliseconds_now();
        if (remaining <= 0) return -ETIMEDOUT;
        struct pollfd entry = {.fd = socket, .events = events};
        int ready = poll(&entry, 1, (int)remaining);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return -errno;
    }
}

static int send_all(int socket, const uint8_t *bytes, int length, int64_t deadline) {
    while (length > 0) {
        int error = wait_for(socket, POLLOUT, deadline);
        if (error != 0) return error;
        ssize_t sent = send(socket, bytes, (size_t)length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR && errno != EAGAIN) return -errno;
        if (sent > 0) {
            bytes += sent;
            length -= (int)sent;
        }
    }
    return 0;
}

static int receive_all(int socket, uint8_t *bytes, int length, int64_t deadline) {
    while (length > 0) {
        int error = wait_for(socket, POLLIN, deadline);
        if (error != 0) return error;
        ssize_t received = recv(socket, bytes, (size_t)length, 0);
        if (received == 0) return -ECONNRESET;
        if (received < 0 && errno != EINTR && errno != EAGAIN) return -errno;
        if (received > 0) {
            bytes += received;
            length -= (int)received;
        }
    }
    return 0;
}

static int connect_to(int socket, const struct sockaddr_storage *address, socklen_t length, int64_t deadline) {
    if (fcntl(socket, F_SETFL, O_NONBLOCK) != 0) return -errno;
    if (connect(socket, (const struct sockaddr *)address, length) == 0) return 0;
    if (errno != EINPROGRESS && errno != EINTR) return -errno;
    int error = wait_for(socket, POLLOUT, deadline);
    if (error != 0) return error;
    socklen_t size = sizeof error;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return -errno;
    return -error;
}

static int exchange(
    int socket, const uint8_t *query, int length, uint8_t *answer, int capacity, int64_t deadline
) {
    // The length and the query leave in one piece, which RFC 7766 section 8 asks for.
    uint8_t framed[NS_INT16SZ + NS_PACKETSZ];
    if (length > NS_PACKETSZ) return -EMSGSIZE;
    framed[0] = (uint8_t)(length >> 8);
    framed[1] = (uint8_t)length;
    memcpy(framed + NS_INT16SZ, query, (size_t)length);
    int error = send_all(socket, framed, NS_INT16SZ + length, deadline);
    if (error == 0) error = receive_all(socket, framed, NS_INT16SZ, deadline);
    if (error != 0) return error;
    int expected = framed[0] << 8 | framed[1];
    if (expected < NS_HFIXEDSZ || expected > capacity) return -EMSGSIZE;
    error = receive_all(socket, answer, expected, deadline);
    if (error != 0) return error;
    // The identifier is the first field of both.
    return memcmp(answer, query, NS_INT16SZ) == 0 ? expected : -EBADMSG;
}

// The address of a server and its length, 0 for none; one of IPv6 stands in an extension of the state.
static socklen_t server_address(const struct cresolver *resolver, int server, struct sockaddr_storage *address) {
    const struct sockaddr_in *inet = &resolver->state.nsaddr_list[server];
    if (inet->sin_family == AF_INET) {
        memcpy(address, inet, sizeof *inet);
        return sizeof *inet;
    }
#if defined(__GLIBC__)
    const struct sockaddr_in6 *inet6 = resolver->state._u._ext.nsaddrs[server];
    if (inet6 != NULL) {
        memcpy(address, inet6, sizeof *inet6);
        return sizeof *inet6;
    }
#endif
    return 0;
}

static int send_by_stream(
    const struct cresolver *resolver, int server,
    const uint8_t *query, int length, uint8_t *answer, int capacity
) {
    int64_t deadline = milliseconds_now() + (int64_t)resolver->state.retrans * 1000;
    struct sockaddr_storage address;
    socklen_t size = server_address(resolver, server, &address);
    if (size == 0) return -EAFNOSUPPORT;
    int descriptor = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int result = connect_to(descriptor, &address, size, deadline);
    if (result == 0) result = exchange(descriptor, query, length, answer, capacity, deadline);
    close(descriptor);
    return result;
}

int cresolver_send_by_streams(
    const struct cresolver *resolver,
    const uint8_t *query, int length, uint8_t *answer, int capacity
) {
    int result = -ESRCH;
    for (int server = 0; server < resolver->state.nscount; server++) {
        result = send_by_stream(resolver, server, query, length, answer, capacity);
        if (result < 0) continue;
        unsigned code = cresolver_header(answer).rcode;
        if (code != ns_r_servfail && code != ns_r_notimpl && code != ns_r_refused) return result;
        result = -ETIMEDOUT;  // What libresolv says of servers that answered, but not the question.
    }
    return result;
}
