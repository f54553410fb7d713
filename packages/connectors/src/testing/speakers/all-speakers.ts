// All speakers: one for each venue whose books are kept from increments.
import type { Random } from '@openstrike/std';
import type { Speaker } from '../speaker.ts';
import { CoinbaseSpeaker } from './coinbase-speaker.ts';
import { DeribitSpeaker } from './deribit-speaker.ts';

export const speakers: readonly (readonly [name: string, create: (random: Random) => Speaker])[] = [
  ['deribit', (random) => new DeribitSpeaker(random)],
  ['coinbase', (random) => new CoinbaseSpeaker(random)],
];
