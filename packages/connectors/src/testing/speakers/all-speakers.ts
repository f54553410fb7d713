// All speakers: one for each venue whose books are kept from increments.
import type { Random } from '@openstrike/std';
import type { Speaker } from '../speaker.ts';
import { BinanceSpeaker } from './binance-speaker.ts';
import { BitfinexSpeaker } from './bitfinex-speaker.ts';
import { BitstampSpeaker } from './bitstamp-speaker.ts';
import { BybitSpeaker } from './bybit-speaker.ts';
import { CoinbaseSpeaker } from './coinbase-speaker.ts';
import { DeribitSpeaker } from './deribit-speaker.ts';
import { GeminiSpeaker } from './gemini-speaker.ts';
import { KrakenSpeaker } from './kraken-speaker.ts';
import { OkxSpeaker } from './okx-speaker.ts';

export const speakers: readonly (readonly [name: string, create: (random: Random) => Speaker])[] = [
  ['binance spot', (random) => new BinanceSpeaker(random, 'spot')],
  ['binance futures', (random) => new BinanceSpeaker(random, 'usdm')],
  ['bitfinex', (random) => new BitfinexSpeaker(random)],
  ['bitstamp', (random) => new BitstampSpeaker(random)],
  ['bybit', (random) => new BybitSpeaker(random)],
  ['coinbase', (random) => new CoinbaseSpeaker(random)],
  ['deribit', (random) => new DeribitSpeaker(random)],
  ['gemini', (random) => new GeminiSpeaker(random)],
  ['kraken', (random) => new KrakenSpeaker(random)],
  ['okx', (random) => new OkxSpeaker(random, false)],
  ['okx with checksums', (random) => new OkxSpeaker(random, true)],
];
