import type { InstrumentId, PriceTicks, SizeLots, TsUs } from '@openstrike/domain';
import type { BookDelta, BookLevelDelta, Feeds } from '@openstrike/feeds';
import { sampleInstrument } from '@openstrike/feeds/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGatewayMetrics } from '../metrics.ts';
import type { SocketSession } from '../sockets/socket-session.ts';
import { type BookData, replayBook } from '../testing/replay-book.ts';
import { BookChannel, BookGathering } from './book-channel.ts';
import type { ChannelBase, Subscription } from './channel.ts';
import { Routes } from './routes.ts';

interface Step {
  readonly levels: readonly {
    readonly side: 'bid' | 'ask';
    readonly price: number;
    readonly lots: number;
  }[];
  readonly take: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  levels: fc.uniqueArray(
    fc.record({ side: fc.constantFrom('bid', 'ask'), price: fc.nat(4), lots: fc.nat(3) }),
    { minLength: 1, maxLength: 4, selector: ({ side, price }) => `${side} ${price}` },
  ),
  take: fc.boolean(),
});

test('increments gathered over any span rebuild the book, each told once and truly', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const book = new Map<string, number>();
      const client = new Map<string, number>();
      const gathering = new BookGathering();
      let told = 0;
      steps.forEach(({ levels, take }, index) => {
        const changes: BookLevelDelta[] = [];
        for (const { side, price, lots } of levels) {
          const key = `${side} ${price}`;
          if ((book.get(key) ?? 0) === lots) continue;
          changes.push({
            side,
            priceTicks: price as PriceTicks,
            sizeLots: lots as SizeLots,
            fresh: !book.has(key),
          });
          if (lots === 0) book.delete(key);
          else book.set(key, lots);
        }
        if (changes.length > 0) {
          const delta: BookDelta = {
            instrumentId: 1 as InstrumentId,
            changeId: index + 1,
            previousChangeId: index,
            tsUs: index as TsUs,
            levels: changes,
          };
          gathering.add(delta);
        }
        if (!take && index < steps.length - 1) return;
        const delta = gathering.take(told);
        if (delta === null) return;
        expect(delta.previousChangeId).toBe(told);
        expect(delta.levels.length).toBeGreaterThan(0);
        told = delta.changeId;
        for (const { side, priceTicks, sizeLots, fresh } of delta.levels) {
          const key = `${side} ${priceTicks}`;
          expect(client.has(key)).toBe(!fresh);
          if (sizeLots === 0) client.delete(key);
          else client.set(key, sizeLots);
        }
      });
      expect(client).toEqual(book);
    }),
    { verbose: 1 },
  );
});

type Act = 'join' | 'leave' | 'again' | 'congest' | 'flush' | 'nothing';

/** A channel with listeners that come, leave, ask again and fall behind at any moment. */
class Crowd {
  readonly routes = new Routes();
  readonly book = { bids: new Map<number, number>(), asks: new Map<number, number>() };
  readonly listeners: { readonly subscription: Subscription; readonly heard: BookData[] }[] = [];
  readonly channel: BookChannel;
  changeId = 0;

  constructor() {
    const base: ChannelBase = {
      name: 'book',
      pace: 100,
      metrics: createGatewayMetrics(),
      schedule: () => undefined,
    };
    const levels = (side: Map<number, number>) =>
      [...side].map(([priceTicks, sizeLots]) => ({ priceTicks, sizeLots }));
    const feeds = {
      book: () => ({
        changeId: this.changeId,
        tsUs: 0,
        bids: levels(this.book.bids),
        asks: levels(this.book.asks),
      }),
    } as unknown as Feeds;
    this.channel = new BookChannel(base, feeds, this.routes, instrument);
  }

  join(): void {
    const heard: BookData[] = [];
    const session = {
      behind: new Set(),
      congested: false,
      sendFrame: (frame: Buffer) => {
        const text = frame.toString('utf8').slice(frame.toString('utf8').indexOf('{"jsonrpc"'));
        heard.push(JSON.parse(text).params.data as BookData);
      },
    } as unknown as SocketSession;
    const { channel } = this;
    const subscription = { channel, key: 'book', session, label: null, ended: false };
    channel.add(subscription);
    channel.refresh(subscription);
    this.listeners.push({ subscription, heard });
  }

  change(levels: Step['levels']): void {
    const changes: BookLevelDelta[] = [];
    for (const { side, price, lots } of levels) {
      const own = this.book[side === 'bid' ? 'bids' : 'asks'];
      if ((own.get(price) ?? 0) === lots) continue;
      const sizeLots = lots as SizeLots;
      changes.push({ side, priceTicks: price as PriceTicks, sizeLots, fresh: !own.has(price) });
      if (lots === 0) own.delete(price);
      else own.set(price, lots);
    }
    if (changes.length === 0) return;
    const previousChangeId = this.changeId;
    this.changeId += 1;
    const of = { instrumentId: instrument.id, tsUs: 0 as TsUs };
    const { changeId } = this;
    this.routes.books.tell(instrument.id, { ...of, changeId, previousChangeId, levels: changes });
  }

  act(what: Act, who: number): void {
    const listener = this.listeners[who % Math.max(1, this.listeners.length)];
    if (what === 'join') this.join();
    if (what === 'flush') this.channel.flush();
    if (listener === undefined) return;
    const { subscription } = listener;
    const { session, channel } = subscription;
    // With its last listener a channel ends.
    if (what === 'leave' && channel.size > 1) {
      subscription.ended = true;
      channel.remove(subscription);
      this.listeners.splice(this.listeners.indexOf(listener), 1);
    }
    if (what === 'congest') {
      Object.assign(session, { congested: !session.congested });
      if (!session.congested && session.behind.delete(subscription)) channel.refresh(subscription);
    }
    if (what === 'again' && !session.congested) channel.refresh(subscription);
  }

  /** Everybody has what they will get. */
  settle(): void {
    for (const { subscription } of this.listeners) {
      const { session, channel } = subscription;
      Object.assign(session, { congested: false });
      if (session.behind.delete(subscription)) channel.refresh(subscription);
    }
    this.channel.flush();
  }
}

const instrument = sampleInstrument(1);

test('whoever joins at any moment has a book and increments of it, and hurries nobody', () => {
  const acts: fc.Arbitrary<Act> = fc.constantFrom(
    ...(['join', 'join', 'leave', 'again', 'congest', 'flush', 'nothing', 'nothing'] as const),
  );
  const steps = fc.array(fc.tuple(step, acts, fc.nat(20)), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const crowd = new Crowd();
      crowd.join();
      for (const [{ levels, take }, what, who] of all) {
        if (take) crowd.change(levels);
        const told = crowd.listeners.map(({ heard }) => heard.length);
        crowd.act(what, who);
        if (what !== 'join') continue;
        expect(crowd.listeners.slice(0, -1).map(({ heard }) => heard.length)).toEqual(told);
        expect(crowd.listeners.at(-1)?.heard).toHaveLength(1);
      }
      crowd.settle();
      // Who joins last has the book itself.
      crowd.join();
      const truth = replayBook(crowd.listeners.at(-1)?.heard ?? []);
      expect(truth.size).toBe(crowd.book.bids.size + crowd.book.asks.size);
      for (const { heard } of crowd.listeners) expect(replayBook(heard)).toEqual(truth);
      crowd.change([{ side: 'bid', price: 9, lots: 1 }]);
      crowd.channel.flush();
      for (const { heard } of crowd.listeners) {
        expect(heard.at(-1)).toMatchObject({ type: 'change', change_id: crowd.changeId });
        expect(replayBook(heard).size).toBe(truth.size + 1);
      }
    }),
    { numRuns: 500 },
  );
});
