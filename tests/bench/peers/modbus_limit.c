/* What a client costs at least: epoll, one thread, every reply's header checked.
 *
 *   modbus_limit PORT CONNECTIONS ROUNDS read     reads 100 registers, ROUNDS times on each connection
 *   modbus_limit PORT CONNECTIONS ROUNDS switch   writes a register and reads the contacts, ROUNDS times
 *
 * prints "CPU_US WALL_US" per transaction.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 7 };

typedef struct {
    int fd, left, have;
    unsigned transaction;
    uint8_t asked, in[300];
    uint16_t values[128];
} Link;

static int switching;

static double wall_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static double cpu_us(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

static void ask(Link *link) {
    static const uint8_t hundred[5] = {3, 0, 100, 0, 100}, write_one[5] = {6, 0, 1, 0, 1}, contacts[5] = {3, 0, 9, 0, 1};
    const uint8_t *pdu = !switching ? hundred : link->left % 2 ? contacts : write_one;
    unsigned t = link->transaction = link->transaction % 0xFFFF + 1;
    uint8_t out[12] = {t >> 8, t, 0, 0, 0, 6, 1};
    memcpy(out + HEADER, pdu, 5);
    link->asked = pdu[0];
    if (write(link->fd, out, sizeof out) != sizeof out) exit(2);
}

/* 1 when the reply is whole and fits. */
static int hear(Link *link) {
    int got = read(link->fd, link->in + link->have, sizeof link->in - link->have);
    if (got <= 0) exit(3);
    link->have += got;
    int length = link->in[4] << 8 | link->in[5];
    if (link->have < HEADER || link->have < 6 + length) return 0;
    unsigned transaction = link->in[0] << 8 | link->in[1];
    if (transaction != link->transaction || link->in[7] != link->asked) exit(4);
    if (link->asked == 3)
        for (int i = 0; i < link->in[8] / 2; i++) link->values[i] = link->in[9 + 2 * i] << 8 | link->in[10 + 2 * i];
    link->have = 0;
    return 1;
}

int main(int argc, char **argv) {
    if (argc != 5) return 1;
    int port = atoi(argv[1]), connections = atoi(argv[2]), rounds = atoi(argv[3]), epoll = epoll_create1(0), one = 1;
    switching = !strcmp(argv[4], "switch");
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    Link *links = calloc(connections, sizeof *links);
    for (int i = 0; i < connections; i++) {
        struct sockaddr_in at = {AF_INET, htons(port), {htonl(INADDR_LOOPBACK)}, {0}};
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at)) return 5;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        links[i].fd = fd;
        links[i].left = switching ? 2 * rounds : rounds;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = links + i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
    }
    double cpu = cpu_us(), wall = wall_us(), transactions = (double)connections * rounds * (switching ? 2 : 1);
    for (int i = 0; i < connections; i++) ask(links + i);
    struct epoll_event events[512];
    for (int open = connections; open;) {
        int count = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < count; i++) {
            Link *link = events[i].data.ptr;
            if (!hear(link)) continue;
            if (--link->left) ask(link);
            else open--;
        }
    }
    printf("%.3f %.3f\n", (cpu_us() - cpu) / transactions, (wall_us() - wall) / transactions);
    return 0;
}
