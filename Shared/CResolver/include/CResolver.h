#ifndef CLOWDER_CRESOLVER_H
#define CLOWDER_CRESOLVER_H

// The system's DNS resolver, libresolv, as Swift can call it: its functions are macros, its structures hold bit fields
// and long arrays. Lengths are bytes, and a result below zero is a negated errno.

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// MARK: Asking

/// A conversation with name servers, for one thread.
struct cresolver {
    struct __res_state state;
    int uses_streams_only;
};

/// Reads /etc/resolv.conf; null when there is no memory. Close it with cresolver_close.
///
/// Libresolv is told to leave truncated answers alone, since its streams know no time limit.
static inline struct cresolver *_Nullable cresolver_open(int seconds, int tries) {
    struct cresolver *resolver = (struct cresolver *)calloc(1, sizeof *resolver);
    if (resolver == NULL) return NULL;
    if (res_ninit(&resolver->state) != 0) {
        free(resolver);
        return NULL;
    }
    resolver->state.retrans = seconds;
    resolver->state.retry = tries;
    resolver->uses_streams_only = (resolver->state.options & RES_USEVC) != 0;
    resolver->state.options &= ~(unsigned long)RES_USEVC;
    resolver->state.options |= RES_IGNTC;
    return resolver;
}

/// Frees what the conversation holds.
static inline void cresolver_close(struct cresolver *_Nonnull resolver) {
    // res_nclose frees addresses below nscount only, which may have been made smaller since they were allocated.
    resolver->state.nscount = MAXNS;
    res_nclose(&resolver->state);
    free(resolver);
}

/// Takes these servers, MAXNS at most, in place of the system's.
static inline void cresolver_use_servers(
    struct cresolver *_Nonnull resolver, const struct sockaddr_in *_Nonnull servers, int count
) {
    resolver->state.nscount = count < MAXNS ? count : MAXNS;
    for (int index = 0; index < resolver->state.nscount; index++) {
        resolver->state.nsaddr_list[index] = servers[index];
    }
    resolver->uses_streams_only = 0;
}

/// Writes a query of class IN that asks for recursion, and gives its length.
static inline int cresolver_make_query(
    struct cresolver *_Nonnull resolver, const char *_Nonnull name, int type, uint8_t *_Nonnull query, int capacity
) {
    int length = res_nmkquery(&resolver->state, ns_o_query, name, ns_c_in, type, NULL, 0, NULL, query, capacity);
    return length < 0 ? -EINVAL : length;
}

/// Sends a query by a stream to one server after the other, at most `state.retrans` seconds each, and gives the length
/// of the first answer (RFC 1035 section 4.2.2).
int cresolver_send_by_streams(
    const struct cresolver *_Nonnull resolver,
    const uint8_t *_Nonnull query, int length,
    uint8_t *_Nonnull answer, int capacity
);

/// The header of a whole message.
static inline HEADER cresolver_header(const uint8_t *_Nonnull message) {
    HEADER header;
    memcpy(&header, message, sizeof header);
    return header;
}

/// Sends a query to one server after the other and gives the length of the first answer: by datagrams, and by streams
/// if it is truncated.
///
/// An answer by which a server says that it failed or refuses counts as none.
static inline int cresolver_send(
    const struct cresolver *_Nonnull resolver,
    const uint8_t *_Nonnull query, int length,
    uint8_t *_Nonnull answer, int capacity
) {
    if (!resolver->uses_streams_only) {
        errno = 0;
        int received = res_nsend((res_state)&resolver->state, query, length, answer, capacity);
        if (received < 0) return -(errno != 0 ? errno : EIO);
        if (received < NS_HFIXEDSZ || received > capacity) return -EMSGSIZE;
        if (!cresolver_header(answer).tc) return received;
    }
    return cresolver_send_by_streams(resolver, query, length, answer, capacity);
}

// MARK: Reading

/// How many records a section has.
static inline int cresolver_count(const ns_msg *_Nonnull message, ns_sect section) {
    return ns_msg_count(*message, section);
}

/// The name that a record belongs to, as long as the record lives.
static inline const char *_Nonnull cresolver_owner(const ns_rr *_Nonnull record) {
    return ns_rr_name(*record);
}

/// Writes the name that begins at `position` of the message; gives its length there, or -1.
static inline int cresolver_name(
    const ns_msg *_Nonnull message, const uint8_t *_Nonnull position, char *_Nonnull name, size_t capacity
) {
    return ns_name_uncompress(ns_msg_base(*message), ns_msg_end(*message), position, name, capacity);
}

// MARK: Threads

/// Starts a detached thread; gives 0 or a negated errno.
static inline int cresolver_start_thread(
    void *_Nullable (*_Nonnull body)(void *_Nonnull context), void *_Nonnull context
) {
    pthread_t thread;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0) return -error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    error = pthread_create(&thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    return -error;
}

#endif
