// Whatever happens on the wire, what a connector tells of a book is what the venue's book was, in
// the venue's order, or the symbol is said not to be live. The real connector over a real socket
// against a server that speaks the venue's protocol and fails at random.
import { createRandom } from '@openstrike/std';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createConnector } from './create-connector.ts';
import { LocalVenue, type WireFault } from './testing/local-venue.ts';
import { quickSettings } from './testing/quick-settings.ts';
import { bookText } from './testing/server-book.ts';
import type { Speaker } from './testing/speaker.ts';
import { speakers } from './testing/speakers/all-speakers.ts';
import { Told } from './testing/told.ts';

const faults = [
  'drop',
  'duplicate',
  'swap',
  'garbage',
  'cut',
  'disconnect',
  'wrong-digit',
] as const;

/** Mostly sound frames, in runs, so that books come to life between faults. */
const faultRuns = fc.array(
  fc.record({
    pass: fc.integer({ min: 0, max: 6 }),
    fault: fc.constantFrom(...faults),
    changes: fc.integer({ min: 1, max: 8 }),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Each told book is a state of the venue's book, never an earlier one than told before. */
const expectTrue = (told: Told, speaker: Speaker): void => {
  expect(told.wrong).toEqual([]);
  for (const { symbol, history } of speaker.tellsParts === true ? [] : speaker.books) {
    let at = 0;
    for (const event of told.of('book').filter(({ venueSymbol }) => venueSymbol === symbol)) {
      const found = history.indexOf(bookText(event.bids, event.asks), at);
      expect(found, `a told book of ${symbol} is none that the venue had`).toBeGreaterThanOrEqual(
        0,
      );
      at = found;
    }
  }
};

describe.each(speakers)('%s', (_, createSpeaker) => {
  test('tells the book that the venue has, or says that it does not know', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), faultRuns, async (seed, runs) => {
        const speaker = createSpeaker(createRandom(seed));
        const venue = await LocalVenue.open(speaker);
        const options = speaker.options(venue);
        const settings = { ...quickSettings, ...options.settings };
        const connector = createConnector(speaker.source, { ...options, settings });
        const told = new Told();
        connector.start(told.listener);
        try {
          for (const { pass, fault, changes } of runs) {
            const found = fault !== 'wrong-digit' || speaker.findsWrongDigits === true;
            venue.faults.push(...new Array<WireFault>(pass).fill('pass'), found ? fault : 'drop');
            for (let i = 0; i < changes; i++) {
              for (const book of speaker.books) {
                speaker.tell(venue, book, book.change());
              }
              await new Promise((resolve) => setTimeout(resolve, i % 3));
            }
          }
          venue.faults = [];
          const settled = (): boolean =>
            speaker.books.every(({ symbol, history }) => {
              const book = told.lastBook(symbol);
              const text = book === undefined ? '' : bookText(book.bids, book.asks);
              return told.live(symbol) && text === history.at(-1);
            });
          let nudges = 0;
          await told.until(() => {
            if (!settled() && nudges++ % 20 === 0) {
              speaker.nudge(venue);
            }
            return settled();
          }, 'every book is the venue’s again');
          expectTrue(told, speaker);
        } finally {
          await connector.stop();
          await venue.close();
        }
      }),
      { numRuns: 12 },
    );
  });
});
