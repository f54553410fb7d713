// Told: everything that a connector tells, kept for a test to look at and to wait on, with the rule
// that every listener relies on checked as it comes: no event of a symbol that is not live.
import type { ConnectorListener } from '../connector.ts';
import type {
  BookEvent,
  ConnectorEvent,
  MarketEvent,
  SourceState,
  SourceStatusEvent,
} from '../market-event.ts';

export class Told {
  readonly events: ConnectorEvent[] = [];
  readonly states = new Map<string, SourceState>();
  readonly #looks = new Set<() => void>();
  /** Events that came while their symbol was not live. */
  readonly wrong: MarketEvent[] = [];

  readonly listener: ConnectorListener = (event) => {
    this.events.push(event);
    if (event.type === 'status') {
      this.states.set(event.venueSymbol ?? '', event.state);
    } else if (this.states.get(event.venueSymbol) !== 'live') {
      this.wrong.push(event);
    }
    for (const look of this.#looks) {
      look();
    }
  };

  of<Type extends MarketEvent['type']>(type: Type): Extract<MarketEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<
      MarketEvent,
      { type: Type }
    >[];
  }

  statuses(venueSymbol: string | null): SourceStatusEvent[] {
    return this.events.filter(
      (event): event is SourceStatusEvent =>
        event.type === 'status' && event.venueSymbol === venueSymbol,
    );
  }

  lastBook(venueSymbol: string): BookEvent | undefined {
    return this.of('book').findLast((event) => event.venueSymbol === venueSymbol);
  }

  live(venueSymbol: string): boolean {
    return this.states.get(venueSymbol) === 'live';
  }

  /**
   * Waits until something has held, looking after each event too, so that no state is too short to
   * be seen; throws with what it is when it takes too long.
   */
  async until(holds: () => boolean, what: string, patienceMs = 20_000): Promise<void> {
    const start = performance.now();
    let held = false;
    const look = (): void => {
      held ||= holds();
    };
    this.#looks.add(look);
    try {
      for (look(); !held; look()) {
        if (performance.now() - start > patienceMs) {
          throw new Error(`waited in vain until ${what}; states: ${[...this.states].join(' ')}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    } finally {
      this.#looks.delete(look);
    }
  }
}
