#ifndef CLOWDER_CCURL_H
#define CLOWDER_CCURL_H

// Sending mail with libcurl, as Swift can call it: libcurl's options are set by a function with a variable number of
// arguments. Texts end with a zero byte, times are milliseconds.

#include <stddef.h>

/// A way to end a conversation from another thread; null when there is no memory.
struct ccurl_stop;
struct ccurl_stop *_Nullable ccurl_stop_create(void);
/// Ends the conversation that uses it, now or as soon as it begins. One serves a single conversation.
void ccurl_stop_set(struct ccurl_stop *_Nonnull stop);
/// Must not be called before the conversation has ended.
void ccurl_stop_destroy(struct ccurl_stop *_Nonnull stop);

/// One conversation with an SMTP server.
struct ccurl_mail {
    /// smtp:// begins TLS with STARTTLS, smtps:// begins with it; neither goes on without.
    const char *_Nonnull url;
    /// Null for nobody; both or none.
    const char *_Nullable username;
    const char *_Nullable password;
    /// Whether nothing is encrypted; no password goes out then.
    int is_plaintext;
    /// A PEM file with the certificates to trust; null for the system's.
    const char *_Nullable authorities;
    /// The envelope; null to ask only whether the server takes mails.
    const char *_Nullable sender;
    const char *_Nullable recipient;
    /// The message with its lines ended by CR LF, without stuffed dots.
    const char *_Nullable message;
    size_t length;
    long connect_limit;
    long limit;
    /// Ends the conversation from another thread.
    struct ccurl_stop *_Nonnull stop;
};

/// How it ended.
struct ccurl_outcome {
    /// 0 when the server took the message, else libcurl's code.
    int code;
    /// The code of the reply that decided, 0 when there was none.
    long reply;
    /// Whether the server had begun to be sent the message.
    int has_sent;
    /// What libcurl says, and the line with which the server refused; empty where the last one was no refusal.
    char message[256];
    char line[512];
};

/// Whether a code of libcurl says that what the server answered to the message, or at its greeting, was no yes.
int ccurl_is_strange_reply(int code);

/// Must be called once before the first conversation, and by one thread; 0 when libcurl can be used.
int ccurl_start(void);

/// Blocks until the server has taken the message or the conversation has failed.
void ccurl_send(const struct ccurl_mail *_Nonnull mail, struct ccurl_outcome *_Nonnull outcome);

#endif
