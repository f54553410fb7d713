// Drives a C++ order book through a stream file as public-adapter.ts drives ours: the same
// messages, the same reports into a ring of the same size, on one thread.
//
// The first round is not counted; it prints `fills` and a hash of all trades, which tells that the
// peer did the same work. Each further round prints its millions of messages a second. Rounds are
// `warm`, on one book whose resting orders are cancelled between them, or `fresh`, each on a new
// one, as the public benchmark runs its engines.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace bench {

enum MessageKind : int32_t { NEW = 0, CANCEL = 1, MODIFY = 2, NEW_IOC = 3 };

/// A message as public-stream.ts writes it.
struct Message {
    int32_t kind, side, order, ticks, lots, book;
};

enum ReportKind : int32_t {
    ACK = 0,
    TRADE = 1,
    CANCEL_ACK = 2,
    MODIFY_ACK = 3,
    CANCEL_REJECT = 4,
    MODIFY_REJECT = 5,
    LEVEL = 6
};

struct Report {
    int32_t kind, sequence, order, side, ticks, lots, maker, taker;
};

class Reports {
public:
    Reports() : ring_(8192) {}

    void write(ReportKind kind, int32_t order, int32_t side, int64_t ticks, int64_t lots) {
        next() = {kind, sequence, order, side, int32_t(ticks), int32_t(lots), 0, 0};
    }

    void trade(int64_t ticks, int64_t lots, int64_t maker, int64_t taker) {
        next() = {TRADE,         sequence,       0, 0, int32_t(ticks), int32_t(lots),
                  int32_t(maker), int32_t(taker)};
        if (hashing) {
            for (uint32_t field : {uint32_t(sequence), uint32_t(ticks), uint32_t(lots),
                                   uint32_t(maker), uint32_t(taker)}) {
                hash_ = (hash_ ^ field) * 16777619u;
            }
        }
    }

    uint32_t hash() const { return hash_; }

    int32_t sequence = 0;
    bool hashing = true;

private:
    Report& next() {
        if (used_ == ring_.size()) used_ = 0;
        return ring_[used_++];
    }

    std::vector<Report> ring_;
    std::size_t used_ = 0;
    uint32_t hash_ = 2166136261u;
};

inline std::vector<Message> readStream(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path);
        std::exit(2);
    }
    std::vector<Message> messages(std::size_t(file.tellg()) / sizeof(Message));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(messages.data()),
              std::streamsize(messages.size() * sizeof(Message)));
    return messages;
}

template <class Peer>
void runStream(Peer& peer, Reports& reports, const std::vector<Message>& messages) {
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const Message& message = messages[i];
        reports.sequence = int32_t(i);
        if (message.kind == CANCEL) {
            peer.cancel(message);
        } else if (message.kind == MODIFY) {
            peer.modify(message);
        } else {
            reports.write(ACK, message.order, message.side, message.ticks, message.lots);
            peer.add(message);
        }
    }
}

/// Runs rounds of `Peer`, which is made from the reports, the number of books and the highest order
/// id, and has `add`, `cancel` and `modify`, each taking a message.
template <class Peer>
int drive(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: %s STREAM-FILE ROUNDS fresh|warm\n", argv[0]);
        return 2;
    }
    const std::vector<Message> messages = readStream(argv[1]);
    const int rounds = std::atoi(argv[2]);
    const bool fresh = std::string(argv[3]) == "fresh";
    int32_t books = 1;
    int32_t orders = 0;
    for (const Message& message : messages) {
        books = std::max(books, message.book + 1);
        orders = std::max(orders, message.order);
    }
    Reports reports;
    auto peer = std::make_unique<Peer>(reports, books, orders);
    for (int round = 0; round <= rounds; ++round) {
        const auto start = std::chrono::steady_clock::now();
        runStream(*peer, reports, messages);
        const std::chrono::duration<double, std::micro> took =
            std::chrono::steady_clock::now() - start;
        if (round == 0) std::printf("fills %u\n", reports.hash());
        else std::printf("%.3f\n", double(messages.size()) / took.count());
        reports.hashing = false;
        if (fresh) peer = std::make_unique<Peer>(reports, books, orders);
        else for (const Message& message : messages) peer->cancel(message);
    }
    return 0;
}

}  // namespace bench
