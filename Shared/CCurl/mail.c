#include "CCurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// A conversation, and how far its message has been read.
struct talk {
    const struct ccurl_mail *mail;
    struct ccurl_outcome *outcome;
    size_t offset;
};

static size_t read_message(char *buffer, size_t size, size_t count, void *context) {
    struct talk *talk = context;
    size_t left = talk->mail->length - talk->offset;
    size_t wanted = size * count < left ? size * count : left;
    talk->outcome->has_sent = 1;
    memcpy(buffer, talk->mail->message + talk->offset, wanted);
    talk->offset += wanted;
    return wanted;
}

// Ends conversations: their connections are shut down, which wakes whoever waits for a reply. libcurl says QUIT at the end
// and waits for the answer under no limit but that of replies.
struct ccurl_stop {
    pthread_mutex_t mutex;
    int is_set;
    struct timespec deadline;
    curl_socket_t sockets[8];
};

enum { socket_limit = 8, farewell = 5000 };

struct ccurl_stop *ccurl_stop_create(void) {
    struct ccurl_stop *stop = calloc(1, sizeof *stop);
    if (stop == NULL) return NULL;
    pthread_mutex_init(&stop->mutex, NULL);
    for (int index = 0; index < socket_limit; index++) stop->sockets[index] = CURL_SOCKET_BAD;
    return stop;
}

void ccurl_stop_destroy(struct ccurl_stop *stop) {
    pthread_mutex_destroy(&stop->mutex);
    free(stop);
}

void ccurl_stop_set(struct ccurl_stop *stop) {
    pthread_mutex_lock(&stop->mutex);
    stop->is_set = 1;
    for (int index = 0; index < socket_limit; index++)
        if (stop->sockets[index] != CURL_SOCKET_BAD) shutdown(stop->sockets[index], SHUT_RDWR);
    pthread_mutex_unlock(&stop->mutex);
}

static struct timespec after(long milliseconds) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_sec += milliseconds / 1000;
    time.tv_nsec += milliseconds % 1000 * 1000000;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

static int is_before(struct timespec one, struct timespec other) {
    return one.tv_sec < other.tv_sec || (one.tv_sec == other.tv_sec && one.tv_nsec < other.tv_nsec);
}

// Puts a socket where there was another, or none; whether there was such a place, and nobody has given up.
static int replace_socket(struct ccurl_stop *stop, curl_socket_t old, curl_socket_t new) {
    int is_done = 0;
    pthread_mutex_lock(&stop->mutex);
    if (!stop->is_set || new == CURL_SOCKET_BAD)
        for (int index = 0; index < socket_limit && !is_done; index++)
            if (stop->sockets[index] == old) {
                stop->sockets[index] = new;
                is_done = 1;
            }
    pthread_mutex_unlock(&stop->mutex);
    return is_done;
}

static curl_socket_t open_socket(void *stop, curlsocktype purpose, struct curl_sockaddr *address) {
    (void)purpose;
    curl_socket_t made = socket(address->family, address->socktype, address->protocol);
    if (made == CURL_SOCKET_BAD || replace_socket(stop, CURL_SOCKET_BAD, made)) return made;
    close(made);
    return CURL_SOCKET_BAD;
}

static int close_socket(void *stop, curl_socket_t socket) {
    // Forgotten before it is closed: its number may be another's in the next moment.
    replace_socket(stop, socket, CURL_SOCKET_BAD);
    return close(socket);
}

// For the time without a socket, such as that of a look-up, and for the limit, which libcurl does not keep at QUIT.
static int is_over(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a, (void)b, (void)c, (void)d;
    struct ccurl_stop *stop = context;
    pthread_mutex_lock(&stop->mutex);
    int is_set = stop->is_set;
    pthread_mutex_unlock(&stop->mutex);
    return is_set || !is_before(after(0), stop->deadline);
}

// Keeps the last line with which the server has refused something, without its end.
static size_t note_line(char *line, size_t size, size_t count, void *context) {
    struct talk *talk = context;
    struct ccurl_outcome *outcome = talk->outcome;
    size_t length = size * count;
    if (length == 0) return length;
    if (line[0] != '4' && line[0] != '5') {
        // What was refused before has been mended; the answer to QUIT mends nothing.
        if (length < 3 || memcmp(line, "221", 3) != 0) outcome->line[0] = 0;
        return length;
    }
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) length--;
    // Little follows a refusal but QUIT.
    struct timespec end = after(farewell);
    if (is_before(end, talk->mail->stop->deadline)) talk->mail->stop->deadline = end;
    if (length >= sizeof outcome->line) length = sizeof outcome->line - 1;
    memcpy(outcome->line, line, length);
    outcome->line[length] = 0;
    return size * count;
}

int ccurl_is_strange_reply(int code) { return code == CURLE_WEIRD_SERVER_REPLY; }

int ccurl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

void ccurl_send(const struct ccurl_mail *mail, struct ccurl_outcome *outcome) {
    memset(outcome, 0, sizeof *outcome);
    CURL *curl = curl_easy_init();
    struct curl_slist *recipients = NULL;
    if (curl == NULL) {
        outcome->code = CURLE_OUT_OF_MEMORY;
        strcpy(outcome->message, "there is no memory");
        return;
    }
    struct talk talk = {mail, outcome, 0};
    mail->stop->deadline = after(mail->limit);
    CURLcode code = CURLE_OK;
#define SET(option, value) if (code == CURLE_OK) code = curl_easy_setopt(curl, option, value)
    SET(CURLOPT_ERRORBUFFER, outcome->message);
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
    SET(CURLOPT_PROXY, "");
    SET(CURLOPT_URL, mail->url);
    SET(CURLOPT_USE_SSL, (long)(mail->is_plaintext ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (mail->authorities != NULL) {
        SET(CURLOPT_CAINFO, mail->authorities);
        SET(CURLOPT_CAPATH, (char *)NULL);  // Else the system's folder of authorities is trusted as well.
    }
    if (mail->username != NULL && !mail->is_plaintext) {
        // Others need more than a password, and would be preferred where the server offers them.
        SET(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN");
        SET(CURLOPT_USERNAME, mail->username);
        SET(CURLOPT_PASSWORD, mail->password);
    }
    SET(CURLOPT_CONNECTTIMEOUT_MS, mail->connect_limit);
    SET(CURLOPT_TIMEOUT_MS, mail->limit);
    SET(CURLOPT_QUICK_EXIT, 1L);  // A look-up that takes longer than that is left to itself.
    SET(CURLOPT_SERVER_RESPONSE_TIMEOUT, (mail->limit + 999) / 1000);
    SET(CURLOPT_HEADERFUNCTION, note_line);
    SET(CURLOPT_HEADERDATA, &talk);
    SET(CURLOPT_WRITEFUNCTION, note_line);
    SET(CURLOPT_WRITEDATA, &talk);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, mail->stop);
    SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    SET(CURLOPT_CLOSESOCKETDATA, mail->stop);
    SET(CURLOPT_NOPROGRESS, 0L);
    SET(CURLOPT_XFERINFOFUNCTION, is_over);
    SET(CURLOPT_XFERINFODATA, mail->stop);
    if (mail->sender != NULL) {
        recipients = curl_slist_append(NULL, mail->recipient);
        if (recipients == NULL) code = CURLE_OUT_OF_MEMORY;
        SET(CURLOPT_MAIL_FROM, mail->sender);
        SET(CURLOPT_MAIL_RCPT, recipients);
        SET(CURLOPT_UPLOAD, 1L);
        SET(CURLOPT_INFILESIZE_LARGE, (curl_off_t)mail->length);
        SET(CURLOPT_READFUNCTION, read_message);
        SET(CURLOPT_READDATA, &talk);
    } else {
        SET(CURLOPT_CUSTOMREQUEST, "NOOP");
        SET(CURLOPT_NOBODY, 1L);
    }
#undef SET
    if (code == CURLE_OK) code = curl_easy_perform(curl);
    if (code != CURLE_OK && outcome->message[0] == 0)
        strncpy(outcome->message, curl_easy_strerror(code), sizeof outcome->message - 1);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &outcome->reply);
    outcome->code = (int)code;
    ccurl_stop_set(mail->stop);  // All is said: nobody waits for the answer to QUIT.
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
}
