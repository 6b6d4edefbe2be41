/* A field of Modbus TCP devices for benchmarks: every connection is a cabinet of its own. One thread, epoll.
 *
 *   modbus_field FOLLOW_MS
 *
 * prints "LIVE SILENT REFUSING", three ports of 127.0.0.1: devices that answer, devices that accept and say nothing,
 * and a port that refuses. Ends when its standard input is closed.
 *
 * Registers 0-99 are a cabinet as config/profiles/cabinet-8.yaml has it: commands 1-8 latch, and bits of register 9
 * follow them FOLLOW_MS later; coils and discrete inputs show the same. At each read the measurements 24-29 have
 * moved. Registers 100-199 are for whoever reads a hundred: ten of them have moved at each read.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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

enum { REGISTERS = 200, CIRCUITS = 8, COMMANDS = 1, SHOWN = 9, SWITCH = 12, MEASURED = 24, HUNDRED = 100, HEADER = 7 };
enum { LISTENING, SILENT_LISTENING, ENDING, DEVICE, SILENT_DEVICE };

typedef struct {
    int kind, fd;
    unsigned moved, commanded, shown;
    int64_t commanded_us;
    int have;
    uint8_t in[300];
    uint16_t registers[REGISTERS];
} Peer;

static int64_t follow_us;

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static unsigned word(const uint8_t *at) { return at[0] << 8 | at[1]; }

static void put(uint8_t *at, unsigned value) {
    at[0] = value >> 8;
    at[1] = value;
}

static void begin(Peer *d) {
    d->registers[SWITCH] = 1;
    for (int i = 0; i < 3; i++) {
        d->registers[MEASURED + i] = 2300;
        d->registers[MEASURED + 3 + i] = 512;
        d->registers[MEASURED + 6 + i] = 1100;
    }
    for (int i = HUNDRED; i < REGISTERS; i++) d->registers[i] = 100 + i;
}

static void follow(Peer *d) {
    if (d->shown != d->commanded && now_us() - d->commanded_us >= follow_us) d->shown = d->commanded;
    d->registers[SHOWN] = d->shown;
}

static void command(Peer *d, int circuit, int on) {
    follow(d);
    d->commanded = on ? d->commanded | 1u << circuit : d->commanded & ~(1u << circuit);
    d->registers[COMMANDS + circuit] = on;
    d->commanded_us = now_us();
}

static void set_register(Peer *d, int address, unsigned value) {
    if (address >= COMMANDS && address < COMMANDS + CIRCUITS) command(d, address - COMMANDS, value != 0);
    else d->registers[address] = value;
}

static int exception(uint8_t *pdu, int code) {
    pdu[0] |= 0x80;
    pdu[1] = code;
    return 2;
}

static int read_registers(Peer *d, unsigned address, unsigned count, uint8_t *out) {
    if (count == 0 || count > 125 || address + count > REGISTERS) return exception(out, 2);
    follow(d);
    d->moved++;
    for (int i = 0; i < 3; i++) {
        d->registers[MEASURED + i] = 2300 + (d->moved + i) % 7;
        d->registers[MEASURED + 3 + i] = 512 + (d->moved + i) % 5;
    }
    for (int i = HUNDRED; i < REGISTERS; i += 10) d->registers[i] = 100 + i + d->moved % 50;
    out[1] = 2 * count;
    for (unsigned i = 0; i < count; i++) put(out + 2 + 2 * i, d->registers[address + i]);
    return 2 + 2 * count;
}

static int read_bits(Peer *d, unsigned address, unsigned count, uint8_t *out) {
    if (count == 0 || address + count > CIRCUITS) return exception(out, 2);
    follow(d);
    unsigned bits = out[0] == 1 ? d->commanded : d->shown;
    out[1] = 1;
    out[2] = (bits >> address) & ((1u << count) - 1);
    return 3;
}

/* The reply's PDU in place of the request's; its length. */
static int answer(Peer *d, const uint8_t *pdu, int length, uint8_t *out) {
    unsigned address = word(pdu + 1), count = word(pdu + 3);
    out[0] = pdu[0];
    switch (pdu[0]) {
    case 1:
    case 2: return read_bits(d, address, count, out);
    case 3:
    case 4: return read_registers(d, address, count, out);
    case 5:
        if (address >= CIRCUITS) return exception(out, 2);
        command(d, address, count == 0xFF00);
        memcpy(out, pdu, 5);
        return 5;
    case 6:
        if (address >= REGISTERS) return exception(out, 2);
        set_register(d, address, count);
        memcpy(out, pdu, 5);
        return 5;
    case 16:
        if (address + count > REGISTERS || length < 6 + 2 * (int)count) return exception(out, 2);
        for (unsigned i = 0; i < count; i++) set_register(d, address + i, word(pdu + 6 + 2 * i));
        memcpy(out, pdu, 5);
        return 5;
    case 23: {
        unsigned to = word(pdu + 5), words = word(pdu + 7);
        if (to + words > REGISTERS || length < 10 + 2 * (int)words) return exception(out, 2);
        for (unsigned i = 0; i < words; i++) set_register(d, to + i, word(pdu + 10 + 2 * i));
        return read_registers(d, address, count, out);
    }
    default: return exception(out, 1);
    }
}

static int serve(Peer *d) {
    int got = read(d->fd, d->in + d->have, sizeof d->in - d->have);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    if (d->kind == SILENT_DEVICE) return 1;
    d->have += got;
    while (d->have >= HEADER + 5) {
        int length = word(d->in + 4), whole = 6 + length;
        if (length < 6 || length > 254) return 0;
        if (d->have < whole) break;
        uint8_t out[300];
        memcpy(out, d->in, HEADER);
        int pdu = answer(d, d->in + HEADER, length - 1, out + HEADER);
        put(out + 4, pdu + 1);
        if (write(d->fd, out, HEADER + pdu) != HEADER + pdu) return 0;
        d->have -= whole;
        memmove(d->in, d->in + whole, d->have);
    }
    return 1;
}

static int bound(int *port) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) || getsockname(fd, (struct sockaddr *)&at, &size)) {
        perror("a port of 127.0.0.1");
        exit(1);
    }
    *port = ntohs(at.sin_port);
    return fd;
}

static void watch(int epoll, int fd, int kind) {
    Peer *peer = calloc(1, sizeof *peer);
    if (!peer) exit(1);
    peer->kind = kind;
    peer->fd = fd;
    begin(peer);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) && kind == ENDING) exit(1);
}

static void take_in(int epoll, Peer *door) {
    int fd, one = 1;
    while ((fd = accept4(door->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        watch(epoll, fd, door->kind == LISTENING ? DEVICE : SILENT_DEVICE);
    }
}

int main(int argc, char **argv) {
    follow_us = argc > 1 ? atoll(argv[1]) * 1000 : 0;
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    int live, silent, refusing, epoll = epoll_create1(EPOLL_CLOEXEC);
    int live_fd = bound(&live), silent_fd = bound(&silent);
    bound(&refusing); /* bound and not listening: a connection to it is refused, and nobody else gets the port */
    if (listen(live_fd, 4096) || listen(silent_fd, 4096)) return 1;
    watch(epoll, live_fd, LISTENING);
    watch(epoll, silent_fd, SILENT_LISTENING);
    watch(epoll, 0, ENDING);
    printf("%d %d %d\n", live, silent, refusing);
    fflush(stdout);
    struct epoll_event events[512];
    for (;;) {
        int count = epoll_wait(epoll, events, 512, -1);
        for (int i = 0; i < count; i++) {
            Peer *peer = events[i].data.ptr;
            char unread[64];
            if (peer->kind == ENDING) {
                if (read(0, unread, sizeof unread) <= 0) return 0;
            } else if (peer->kind == LISTENING || peer->kind == SILENT_LISTENING) {
                take_in(epoll, peer);
            } else if (!serve(peer)) {
                close(peer->fd);
                free(peer);
            }
        }
    }
}
