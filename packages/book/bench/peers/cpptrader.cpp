// chronoxor/CppTrader's MarketManager on a stream: its own order ids, IOC and modification, and its
// level changes reported as ours are.
#include "stream-driver.hpp"

#include "trader/matching/market_manager.h"

using namespace CppTrader::Matching;

namespace {

/// Reports what the engine tells; it tells an execution twice, of the maker and then of the taker.
class Executions : public MarketHandler {
public:
    explicit Executions(bench::Reports& reports) : reports_(reports) {}

    int64_t takerLots = 0;

protected:
    void onExecuteOrder(const Order& order, uint64_t price, uint64_t quantity) override {
        if (maker_ == 0) {
            maker_ = order.Id;
            return;
        }
        reports_.trade(int64_t(price), int64_t(quantity), int64_t(maker_), int64_t(order.Id));
        takerLots += int64_t(quantity);
        maker_ = 0;
    }

    void onAddLevel(const OrderBook& book, const Level& level, bool) override {
        writeLevel(book, level, level.VisibleVolume);
    }

    void onUpdateLevel(const OrderBook& book, const Level& level, bool) override {
        writeLevel(book, level, level.VisibleVolume);
    }

    void onDeleteLevel(const OrderBook& book, const Level& level, bool) override {
        writeLevel(book, level, 0);
    }

private:
    void writeLevel(const OrderBook& book, const Level& level, uint64_t volume) {
        reports_.write(bench::LEVEL, int32_t(book.symbol().Id), level.Type == LevelType::ASK,
                       int64_t(level.Price), int64_t(volume));
    }

    bench::Reports& reports_;
    uint64_t maker_ = 0;
};

class Peer {
public:
    Peer(bench::Reports& reports, int32_t books, int32_t)
        : reports_(reports), executions_(reports), market_(executions_) {
        const char name[8] = "BOOK";
        for (int32_t book = 0; book < books; ++book) {
            const Symbol symbol(uint32_t(book), name);
            market_.AddSymbol(symbol);
            market_.AddOrderBook(symbol);
        }
        market_.EnableMatching();
    }

    void add(const bench::Message& message) {
        const bool ioc = message.kind == bench::NEW_IOC;
        const OrderTimeInForce tif = ioc ? OrderTimeInForce::IOC : OrderTimeInForce::GTC;
        const auto limit = message.side == 0 ? &Order::BuyLimit : &Order::SellLimit;
        executions_.takerLots = 0;
        market_.AddOrder(limit(uint64_t(message.order), uint32_t(message.book),
                               uint64_t(message.ticks), uint64_t(message.lots), tif,
                               std::numeric_limits<uint64_t>::max()));
        const int64_t left = message.lots - executions_.takerLots;
        if (ioc && left > 0) {
            reports_.write(bench::CANCEL_ACK, message.order, message.side, message.ticks, left);
        }
    }

    void cancel(const bench::Message& message) {
        const Order* order = market_.GetOrder(uint64_t(message.order));
        if (order == nullptr) {
            reports_.write(bench::CANCEL_REJECT, message.order, 0, 0, 0);
            return;
        }
        reports_.write(bench::CANCEL_ACK, message.order, int32_t(order->Side),
                       int64_t(order->Price), int64_t(order->LeavesQuantity));
        market_.DeleteOrder(uint64_t(message.order));
    }

    void modify(const bench::Message& message) {
        if (market_.GetOrder(uint64_t(message.order)) == nullptr) {
            reports_.write(bench::MODIFY_REJECT, message.order, 0, 0, 0);
            return;
        }
        reports_.write(bench::MODIFY_ACK, message.order, message.side, message.ticks, message.lots);
        market_.ModifyOrder(uint64_t(message.order), uint64_t(message.ticks),
                            uint64_t(message.lots));
    }

private:
    bench::Reports& reports_;
    Executions executions_;
    MarketManager market_;
};

}  // namespace

int main(int argc, char** argv) { return bench::drive<Peer>(argc, argv); }
