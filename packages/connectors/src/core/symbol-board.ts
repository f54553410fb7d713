// Symbol board: how each symbol of a connection stands, and what is told of it. Invariant: an event
// is told only while its symbol is live, and each change of a symbol's state is told once, before
// the first event that it is about.
import type { ConnectorListener } from '../connector.ts';
import type { MarketEvent, SourceName, SourceState } from '../market-event.ts';
import type { Market } from './market.ts';

interface Standing {
  readonly market: Market;
  state: SourceState;
  /** Why it is stale: another cause's end does not end it. */
  staleBy: 'connection' | 'symbol' | 'skew' | null;
  heardMs: number;
  /** When a snapshot was asked for last, and how often in a row. */
  askedMs: number;
  asks: number;
  refused: boolean;
}

export interface SymbolBoardOptions {
  readonly source: SourceName;
  readonly listener: ConnectorListener;
  readonly nowMs: () => number;
  readonly nowUs: () => number;
}

export class SymbolBoard {
  readonly #options: SymbolBoardOptions;
  readonly #standings = new Map<string, Standing>();

  constructor(options: SymbolBoardOptions) {
    this.#options = options;
  }

  markets(): Market[] {
    return [...this.#standings.values()].map(({ market }) => market);
  }

  market(venueSymbol: string): Market | undefined {
    return this.#standings.get(venueSymbol)?.market;
  }

  stateOf(venueSymbol: string): SourceState | undefined {
    return this.#standings.get(venueSymbol)?.state;
  }

  /** How many symbols are in a state. */
  count(state: SourceState): number {
    let count = 0;
    for (const standing of this.#standings.values()) {
      count += standing.state === state ? 1 : 0;
    }
    return count;
  }

  get size(): number {
    return this.#standings.size;
  }

  add(market: Market): void {
    const standing: Standing = {
      market,
      state: 'down',
      staleBy: null,
      heardMs: 0,
      askedMs: this.#options.nowMs(),
      asks: 0,
      refused: false,
    };
    this.#standings.set(market.venueSymbol, standing);
  }

  remove(venueSymbol: string, reason: string): void {
    this.set(venueSymbol, 'down', reason);
    this.#standings.delete(venueSymbol);
  }

  /** A connection stands: every symbol waits for its first snapshot. */
  connecting(reason: string): void {
    for (const [venueSymbol, standing] of this.#standings) {
      standing.asks = 0;
      standing.askedMs = this.#options.nowMs();
      standing.refused = false;
      this.set(venueSymbol, 'connecting', reason);
    }
  }

  /** The connection is gone. */
  down(reason: string): void {
    for (const venueSymbol of this.#standings.keys()) {
      this.set(venueSymbol, 'down', reason);
    }
  }

  set(venueSymbol: string, state: SourceState, reason: string): void {
    const standing = this.#standings.get(venueSymbol);
    if (standing === undefined || standing.state === state) {
      return;
    }
    standing.state = state;
    if (state !== 'stale') {
      standing.staleBy = null;
    }
    if (state === 'live') {
      standing.asks = 0;
      standing.heardMs = this.#options.nowMs();
    }
    const { source, nowUs } = this.#options;
    const receivedUs = nowUs();
    this.#options.listener({ type: 'status', source, venueSymbol, state, reason, receivedUs });
  }

  /** A fresh snapshot is in. A cause of staleness ends by itself, not by this. */
  inSequence(venueSymbol: string): void {
    const state = this.stateOf(venueSymbol);
    if (state === 'connecting' || state === 'resyncing') {
      this.set(venueSymbol, 'live', 'in sequence');
    }
  }

  refuse(venueSymbol: string, reason: string): void {
    const standing = this.#standings.get(venueSymbol);
    if (standing !== undefined) {
      standing.refused = true;
      this.set(venueSymbol, 'down', reason);
    }
  }

  /** Tells an event, or says that it had to be withheld. */
  tell(event: MarketEvent): boolean {
    const standing = this.#standings.get(event.venueSymbol);
    if (standing === undefined) {
      return false;
    }
    standing.heardMs = this.#options.nowMs();
    if (standing.staleBy === 'symbol') {
      this.set(event.venueSymbol, 'live', 'it is heard again');
    }
    if (standing.state !== 'live') {
      return false;
    }
    this.#options.listener(event);
    return true;
  }

  /** Calls the live symbols stale, or only those that were silent for so long. */
  age(by: 'connection' | 'symbol' | 'skew', reason: string, silentMs = 0): void {
    const nowMs = this.#options.nowMs();
    for (const [venueSymbol, standing] of this.#standings) {
      if (standing.state === 'live' && nowMs - standing.heardMs >= silentMs) {
        standing.staleBy = by;
        this.set(venueSymbol, 'stale', reason);
      }
    }
  }

  /** The cause of staleness has ended. */
  revive(by: 'connection' | 'skew', reason: string): void {
    for (const [venueSymbol, standing] of this.#standings) {
      if (standing.staleBy === by) {
        this.set(venueSymbol, 'live', reason);
      }
    }
  }

  /** Markets whose snapshot is overdue; each is taken to be asked for again now. */
  overdue(timeoutMs: number): Market[] {
    const nowMs = this.#options.nowMs();
    const found: Market[] = [];
    for (const { market, ...standing } of this.#standings.values()) {
      const waits = standing.state === 'connecting' || standing.state === 'resyncing';
      const patienceMs = timeoutMs * 2 ** Math.min(standing.asks, 4);
      if (waits && !standing.refused && nowMs - standing.askedMs > patienceMs) {
        found.push(market);
        this.asked(market.venueSymbol);
      }
    }
    return found;
  }

  /** Notes that a snapshot was asked for. */
  asked(venueSymbol: string): void {
    const standing = this.#standings.get(venueSymbol);
    if (standing !== undefined) {
      standing.askedMs = this.#options.nowMs();
      standing.asks++;
    }
  }
}
