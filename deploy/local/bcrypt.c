/* Times bcrypt checks through libxcrypt: bcrypt HASH COUNT prints the milliseconds that COUNT checks took. */
#define _GNU_SOURCE
#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int main(int argc, char **argv) {
    if (argc != 3) return 64;
    static struct crypt_data data;
    /* As long as the base64 text that PasswordHasher hands to bcrypt. */
    const char *key = "0123456789012345678901234567890123456789012345678901234567890123";
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < atoi(argv[2]); i++) {
        memset(&data, 0, sizeof data);
        if (!crypt_r(key, argv[1], &data)) return 70;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.3f\n", (end.tv_sec - start.tv_sec) * 1e3 + (end.tv_nsec - start.tv_nsec) / 1e6);
    return 0;
}
