// geseq/cpp-orderbook on a stream of one book: its own order ids and IOC; a modification is a
// cancel and a new order, since it has none. Its reports name no side and price of a cancelled
// order, so they are kept beside it; it tells no level changes.
#include "stream-driver.hpp"

#include "orderbook.hpp"

using namespace orderbook;

namespace {

class Executions : public NotificationInterface<Executions> {
public:
    explicit Executions(bench::Reports& reports) : reports_(reports) {}

    void onExecutionReport(const ExecutionReport& report) {
        if (report.exec_type == ExecType::Trade) {
            const int64_t lots = int64_t(report.last_qty.to_int());
            reports_.trade(int64_t(report.last_price.to_int()), lots,
                           int64_t(report.maker_order_id), int64_t(report.taker_order_id));
            takerLots += lots;
        } else if (report.exec_type == ExecType::Canceled) {
            cancelledLots = int64_t(report.qty.to_int());
        }
    }

    int64_t takerLots = 0;
    int64_t cancelledLots = 0;

private:
    bench::Reports& reports_;
};

class Peer {
public:
    Peer(bench::Reports& reports, int32_t books, int32_t orders)
        : reports_(reports), executions_(reports), book_(executions_), ticks_(orders + 1) {
        if (books > 1) std::exit(3);
    }

    void add(const bench::Message& message) {
        const bool ioc = message.kind == bench::NEW_IOC;
        const int64_t left = place(message, ioc ? Flag::IoC : Flag::None);
        if (ioc && left > 0) {
            reports_.write(bench::CANCEL_ACK, message.order, message.side, message.ticks, left);
        }
    }

    void cancel(const bench::Message& message) {
        if (!withdraw(message.order)) {
            reports_.write(bench::CANCEL_REJECT, message.order, 0, 0, 0);
            return;
        }
        reports_.write(bench::CANCEL_ACK, message.order, message.side, ticks_[message.order],
                       executions_.cancelledLots);
    }

    void modify(const bench::Message& message) {
        if (!withdraw(message.order)) {
            reports_.write(bench::MODIFY_REJECT, message.order, 0, 0, 0);
            return;
        }
        reports_.write(bench::MODIFY_ACK, message.order, message.side, message.ticks, message.lots);
        place(message, Flag::None);
    }

private:
    int64_t place(const bench::Message& message, Flag flag) {
        executions_.takerLots = 0;
        ticks_[message.order] = message.ticks;
        book_.addOrder(uint64_t(message.order), Type::Limit,
                       message.side == 0 ? Side::Buy : Side::Sell,
                       Decimal(uint64_t(message.lots), 0), Decimal(uint64_t(message.ticks), 0),
                       flag);
        return message.lots - executions_.takerLots;
    }

    bool withdraw(int32_t order) {
        executions_.cancelledLots = 0;
        book_.cancelOrder(uint64_t(order));
        return executions_.cancelledLots > 0;
    }

    bench::Reports& reports_;
    Executions executions_;
    OrderBook<Executions> book_;
    std::vector<int32_t> ticks_;
};

}  // namespace

int main(int argc, char** argv) { return bench::drive<Peer>(argc, argv); }
