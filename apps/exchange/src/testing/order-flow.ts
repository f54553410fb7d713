// Order flow: a demo account that trades all the time, so that books change and trades happen
// beyond what the simulated participants do, and the answers to whose orders can be counted.
import type { DataClient } from './data-client.ts';

export interface Tradable {
  readonly instrument_name: string;
  readonly min_trade_amount: number;
}

interface Touch {
  readonly best_bid_price: number;
  readonly best_ask_price: number;
}

export class OrderFlow {
  /** Orders and cancels that were answered. */
  answered = 0;
  /** What was refused of them, as where a market order finds nobody on the other side. */
  readonly refusals: string[] = [];
  readonly #client: DataClient;
  readonly #loops: Promise<void>[] = [];
  #stopped = false;

  constructor(client: DataClient) {
    this.#client = client;
  }

  /** Joins the best bid and leaves it, again and again. */
  quote(instrument: Tradable): void {
    const { instrument_name, min_trade_amount: amount } = instrument;
    const label = `flow-${instrument_name}`;
    this.#repeat(async () => {
      const { best_bid_price: price } = await this.#touch(instrument_name);
      if (price <= 0) return;
      await this.#send('private/buy', { instrument_name, amount, price, label });
      await this.#send('private/cancel_by_label', { label });
    });
  }

  /**
   * Buys and sells at the market, in turn, where somebody stands on both sides: orders that are
   * answered quickly empty a book faster than the participants fill it.
   */
  trade(instrument: Tradable): void {
    const { instrument_name, min_trade_amount: amount } = instrument;
    const order = { instrument_name, amount, type: 'market' };
    this.#repeat(async () => {
      const touch = await this.#touch(instrument_name);
      if (touch.best_bid_price <= 0 || touch.best_ask_price <= 0) return;
      await this.#send('private/buy', order);
      await this.#send('private/sell', order);
    });
  }

  /** Resolves when what was sent is answered; rejects when the venue could not be asked. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  #touch(instrumentName: string): Promise<Touch> {
    return this.#client.call<Touch>('public/ticker', { instrument_name: instrumentName });
  }

  async #send(method: string, params: object): Promise<void> {
    const { error } = await this.#client.ask(method, params);
    this.answered += 1;
    if (error !== undefined) this.refusals.push(`${method}: ${error.message}`);
  }

  #repeat(turn: () => Promise<void>): void {
    const loop = async (): Promise<void> => {
      while (!this.#stopped) await turn();
    };
    this.#loops.push(loop());
  }
}
