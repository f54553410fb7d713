// Signed reports: what reporters really signed is believed, and nothing else: not one bit
// otherwise, not too few signers, none twice, none unknown, no second form of a signature.
import { readFileSync } from 'node:fs';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redstonePackages } from '../venues/redstone/redstone-messages.ts';
import { venueTable } from '../venues/venue-table.ts';
import { bytesOfHex, hexOf } from './byte-cursor.ts';
import { verifyChainlinkReport } from './chainlink-report.ts';
import { verifyPythUpdate } from './pyth-update.ts';
import {
  type RedstonePackage,
  redstoneMessage,
  verifyRedstonePackages,
} from './redstone-package.ts';
import { ReportError, type ReportRefusal } from './report-error.ts';
import { checkTrustedSigners, type TrustedSigners } from './trusted-signers.ts';

const recorded = <Shape>(name: string): Shape => {
  const file = new URL(`../../../../testdata/connectors/signed/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Shape;
};

const pythFile = recorded<{ update: string; observedSeconds: number }>('pyth');
const chainlinkFile = recorded<{
  signers: TrustedSigners;
  feed: string;
  price: string;
  bid: string;
  ask: string;
  observedSeconds: number;
  expiresSeconds: number;
  report: string;
}>('chainlink');
const redstoneFile = recorded<{
  timestampMs: number;
  medians: Record<string, number>;
  answer: Record<string, unknown>;
}>('redstone');

const signersOf = (source: 'pyth' | 'redstone'): TrustedSigners =>
  venueTable.get(source)?.signed?.signers as TrustedSigners;
const update = bytesOfHex(pythFile.update);
const report = bytesOfHex(chainlinkFile.report);
const packagesOf = (feed: string) => redstonePackages(redstoneFile.answer, feed);

const refusal = (act: () => unknown): ReportRefusal | null => {
  try {
    act();
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(ReportError);
    return (error as ReportError).code;
  }
};

/** A test signer's signature with its recovery byte behind it. */
const sign = (hash: Uint8Array, key: Uint8Array): Uint8Array => {
  const signed = secp256k1.sign(hash, key, { prehash: false, format: 'recovered' });
  return Uint8Array.from([...signed.subarray(1), signed[0] as number]);
};
const keys = [1, 2, 3, 4].map((n) => bytesOfHex(String(n).padStart(64, '0')));
const addressOf = (key: Uint8Array): string =>
  `0x${hexOf(keccak_256(secp256k1.getPublicKey(key, false).subarray(1)).subarray(12))}`;
const testers: TrustedSigners = { addresses: keys.map(addressOf), threshold: 2 };

describe('Pyth', () => {
  test('a recorded update verifies by the signers of Pyth Core', () => {
    const prices = verifyPythUpdate(update, signersOf('pyth'));
    expect(prices).toHaveLength(4);
    const btc = prices.find(({ feed }) => feed.startsWith('e62df6c8'));
    expect(btc).toEqual({
      feed: 'e62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43',
      price: 77_173.60161297,
      confidence: 15.75338703,
      observedUs: pythFile.observedSeconds * 1e6,
      signers: 3,
    });
  });

  test('no bit of it may be another', () => {
    fc.assert(
      fc.property(fc.nat(8 * update.length - 1), (bit) => {
        const changed = update.slice();
        (changed[bit >> 3] as number) ^= 1 << (bit & 7);
        const code = refusal(() => {
          const prices = verifyPythUpdate(changed, signersOf('pyth'));
          // The number of the guardian set and a remark are signed by nobody and mean nothing here.
          expect(prices).toEqual(verifyPythUpdate(update, signersOf('pyth')));
        });
        if (code === null) expect(unsignedBits(bit)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  /** Minor version, and the set's number behind the head and the size of the message. */
  const unsignedBits = (bit: number): boolean => {
    const at = bit >> 3;
    return at === 5 || (at >= 11 && at < 15);
  };

  test('cut anywhere it is refused', () => {
    for (let length = 0; length < update.length; length += 7) {
      expect(refusal(() => verifyPythUpdate(update.slice(0, length), signersOf('pyth')))).not.toBe(
        null,
      );
    }
  });

  test('other guardians, or more of them than signed, do not believe it', () => {
    const { addresses } = signersOf('pyth');
    const swapped = { addresses: [...addresses].reverse(), threshold: 3 };
    expect(refusal(() => verifyPythUpdate(update, swapped))).toBe('unknown-signer');
    expect(refusal(() => verifyPythUpdate(update, { addresses, threshold: 4 }))).toBe(
      'too-few-signers',
    );
  });
});

describe('Chainlink', () => {
  test('a recorded report verifies by two of the four signers of its network', () => {
    const found = verifyChainlinkReport(report, chainlinkFile.signers);
    expect(found).toMatchObject({
      feed: chainlinkFile.feed,
      price: Number(chainlinkFile.price),
      observedUs: chainlinkFile.observedSeconds * 1e6,
      expiresUs: chainlinkFile.expiresSeconds * 1e6,
      signers: 2,
    });
    const half = (Number(chainlinkFile.ask) - Number(chainlinkFile.bid)) / 2;
    expect(found.confidence).toBeCloseTo(half, 9);
  });

  test('no bit of the context, the report or the signatures may be another', () => {
    const whole = verifyChainlinkReport(report, chainlinkFile.signers);
    fc.assert(
      fc.property(fc.nat(8 * report.length - 1), (bit) => {
        const changed = report.slice();
        (changed[bit >> 3] as number) ^= 1 << (bit & 7);
        const code = refusal(() =>
          expect(verifyChainlinkReport(changed, chainlinkFile.signers)).toEqual(whole),
        );
        // Beyond the second recovery byte of its word nothing is read.
        if (code === null) expect(bit >> 3).toBeGreaterThanOrEqual(6 * 32 + 2);
        if (code === null) expect(bit >> 3).toBeLessThan(7 * 32);
      }),
      { numRuns: 600 },
    );
  });

  test('one signer twice is one too few', () => {
    const changed = report.slice();
    const words = report.length / 32;
    // The second r, s and recovery become copies of the first.
    changed.copyWithin((words - 4) * 32, (words - 5) * 32, (words - 4) * 32);
    changed.copyWithin((words - 1) * 32, (words - 2) * 32, (words - 1) * 32);
    changed[6 * 32 + 1] = changed[6 * 32] as number;
    expect(refusal(() => verifyChainlinkReport(changed, chainlinkFile.signers))).toBe(
      'duplicate-signer',
    );
  });
});

describe('RedStone', () => {
  test.each(Object.entries(redstoneFile.medians))(
    'recorded packages of %s give %f',
    (feed, median) => {
      const price = verifyRedstonePackages(feed, packagesOf(feed), signersOf('redstone'));
      expect(price).toMatchObject({ price: median, signers: 5 });
      expect(price.observedUs).toBe(redstoneFile.timestampMs * 1_000);
    },
  );

  const packageBy = (key: Uint8Array, value: bigint, timestampMs = 1_791_029_540_000) => {
    const unsigned: RedstonePackage = {
      feed: 'BTC',
      value,
      timestampMs,
      signature: new Uint8Array(65),
    };
    const signature = sign(keccak_256(redstoneMessage(unsigned)), key);
    signature[64] = (signature[64] as number) + 27;
    return { ...unsigned, signature };
  };

  test('a value, an instant, a feed or a signature that is another is refused', () => {
    const all = packagesOf('BTC');
    const verify = (change: Partial<RedstonePackage>) => () =>
      verifyRedstonePackages(
        'BTC',
        all.map((one, i) => (i === 2 ? { ...one, ...change } : one)),
        signersOf('redstone'),
      );
    expect(refusal(verify({ value: 8_467_960_701_256n }))).toBe('unknown-signer');
    expect(refusal(verify({ timestampMs: 1_791_029_540_001 }))).toBe('disagreement');
    expect(refusal(verify({ feed: 'ETH' }))).toBe('wrong-feed');
    expect(refusal(verify({ signature: new Uint8Array(65) }))).toBe('malformed-signature');
  });

  test('test signers count once each, and one of three cannot move the median far', () => {
    const [one, two, three] = [0, 1, 2].map((i) => keys[i] as Uint8Array) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    const honest = [packageBy(one, 100_00000000n), packageBy(two, 101_00000000n)];
    const wild = packageBy(three, 900_00000000n);
    expect(verifyRedstonePackages('BTC', honest, testers).price).toBe(100.5);
    expect(verifyRedstonePackages('BTC', [...honest, wild], testers).price).toBe(101);
    const twice = [honest[0], honest[0]] as RedstonePackage[];
    expect(refusal(() => verifyRedstonePackages('BTC', twice, testers))).toBe('duplicate-signer');
    const alone = [honest[0]] as RedstonePackage[];
    expect(refusal(() => verifyRedstonePackages('BTC', alone, testers))).toBe('too-few-signers');
    expect(refusal(() => verifyRedstonePackages('BTC', [], testers))).toBe('too-few-signers');
  });

  test('the second form of a signature is refused', () => {
    const first = packageBy(keys[0] as Uint8Array, 100n);
    const s = BigInt(`0x${hexOf(first.signature.subarray(32, 64))}`);
    const order = secp256k1.Point.Fn.ORDER;
    const signature = first.signature.slice();
    signature.set(bytesOfHex((order - s).toString(16).padStart(64, '0')), 32);
    const mirrored = { ...first, signature: Uint8Array.from(signature) };
    mirrored.signature[64] = 55 - (first.signature[64] as number);
    expect(refusal(() => verifyRedstonePackages('BTC', [mirrored], testers))).toBe(
      'malformed-signature',
    );
  });
});

test('a set of signers that could not work is refused', () => {
  const [address = ''] = testers.addresses;
  const check = (trusted: TrustedSigners) => () => checkTrustedSigners('pyth', trusted);
  expect(check({ addresses: ['0x12'], threshold: 1 })).toThrow('40 hexadecimal digits');
  expect(
    check({ addresses: [address, address.toUpperCase().replace('0X', '0x')], threshold: 1 }),
  ).toThrow('twice');
  expect(check({ addresses: [address], threshold: 2 })).toThrow('threshold');
  expect(check({ addresses: [address], threshold: 0 })).toThrow('threshold');
});
