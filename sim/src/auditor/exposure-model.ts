// Exposure model: the limits of the contract tables, counted from positions and open orders after
// each command. Invariant: an order that was let in and can do more than shrink a position leaves
// no more on its side than the table allows; trading opens no more than may be open.
import type { Applied, InstrumentId, OrderState, Trade } from '@openstrike/domain';
import type { ContractFacts } from './contract-facts.ts';
import type { PositionModel } from './position-model.ts';
import { hold, show } from './violation.ts';

const coins = ({ instrument }: ContractFacts, lots: number): number =>
  (lots * instrument.lot.num) / instrument.lot.den;

export class ExposureModel {
  readonly #positions: PositionModel;
  readonly #placed: OrderState[] = [];
  readonly #traded = new Map<InstrumentId, number>();
  #forced = false;

  constructor(positions: PositionModel) {
    this.#positions = positions;
  }

  placed(order: OrderState): void {
    this.#placed.push(order);
  }

  /** Called before the trade changes positions. */
  trade({ instrumentId, liquidation }: Trade): void {
    if (liquidation !== null) this.#forced = true;
    if (!this.#traded.has(instrumentId)) {
      this.#traded.set(instrumentId, this.#positions.openInterest(instrumentId));
    }
  }

  close(
    applied: Applied,
    ordersOf: (id: InstrumentId) => Iterable<OrderState>,
    factsOf: (id: InstrumentId) => ContractFacts,
  ): void {
    if (!this.#forced) {
      for (const order of this.#placed) this.#checkPosition(order, ordersOf, factsOf);
      for (const [id, before] of this.#traded) {
        const facts = factsOf(id);
        const after = this.#positions.openInterest(id);
        const limit = facts.limits?.openInterestPerInstrument ?? null;
        hold(
          limit === null || after <= before || coins(facts, after) <= limit * (1 + 1e-12),
          'open interest keeps to its limit',
          () => `${facts.instrument.name}: ${after} lots after ${show(applied.command)}`,
        );
      }
    }
    this.#placed.length = 0;
    this.#traded.clear();
    this.#forced = false;
  }

  #checkPosition(
    order: OrderState,
    ordersOf: (id: InstrumentId) => Iterable<OrderState>,
    factsOf: (id: InstrumentId) => ContractFacts,
  ): void {
    const { accountId, instrumentId, side, reduceOnly, triggerOrderId } = order;
    const facts = factsOf(instrumentId);
    const limit = facts.limits?.positionPerInstrument ?? null;
    const usual = facts.instrument.kind === 'option' && !reduceOnly && triggerOrderId === null;
    if (limit === null || !usual || order.type !== 'limit') return;
    let open = 0;
    for (const each of ordersOf(instrumentId)) {
      const rests = each.status === 'open' && each.priceTicks > 0 && !each.reduceOnly;
      if (rests && each.accountId === accountId && each.side === side) {
        open += each.sizeLots - each.filledLots;
      }
    }
    const held = this.#positions.lots(accountId, instrumentId) * (side === 'buy' ? 1 : -1);
    if (open <= -held) return;
    hold(
      coins(facts, Math.max(held, 0) + open) <= limit * (1 + 1e-12),
      'positions keep to their limit',
      () => `${show(order)}: ${held} held and ${open} open, at most ${limit} coins`,
    );
  }
}
