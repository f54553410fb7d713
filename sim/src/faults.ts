// Faults: what goes wrong in the safety phase, each kind at random times of its own: the process
// is killed, the power fails, a disk fails, fills up, lies or rots, the clock jumps, connections
// break.
import { OperationalError, type Seq, type StateMachine } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { createSequencer, type MemoryStorage, type Sequencer } from '@openstrike/sequencer';
import type { Random } from '@openstrike/std';
import { hold } from './auditor/violation.ts';
import type { Oracle } from './oracle.ts';
import { RecallingMachine } from './recalling-machine.ts';
import type { EverySeconds } from './sim-options.ts';
import { chance, pick, type World } from './world.ts';

export class Faults {
  readonly #world: World;
  readonly #random: Random;
  readonly #oracle: Oracle;
  #on = true;
  /** A judged copy of the disk is being tried; one at a time. */
  #trying = false;

  constructor(world: World, random: Random, oracle: Oracle) {
    this.#world = world;
    this.#random = random;
    this.#oracle = oracle;
  }

  /** Begins all kinds that the options name. */
  begin(): void {
    const { disk, venue, network, clock, oracle } = this.#world.options;
    this.#every('killed', venue.killEverySeconds, () => this.#world.venue.kill());
    this.#every('power lost', venue.powerLossEverySeconds, () => this.#world.venue.losePower());
    this.#every('restarted', venue.restartEverySeconds, () => this.#restart());
    this.#every('sync failed', disk.syncFailedEverySeconds, () => this.#inject('sync-failed'));
    this.#every('write failed', disk.writeFailedEverySeconds, () => this.#inject('write-failed'));
    this.#every('disk full', disk.fullEverySeconds, () => this.#fillDisk());
    this.#every('disk lied', disk.lyingEverySeconds, () => this.#tryLyingDisk());
    this.#every('bit flipped', disk.lyingEverySeconds, () => this.#tryFlippedBit());
    this.#every('clock jumped', clock.jumpEverySeconds, () => this.#jumpClock());
    this.#every('disconnected', network.disconnectEverySeconds, () => this.#disconnect());
    this.#every('oracle failed', oracle.faultEverySeconds, () => this.#oracle.fail());
  }

  /** Ends them all; what is broken is repaired. */
  end(): void {
    this.#on = false;
    this.#world.venue.platters.capacityBytes = Number.POSITIVE_INFINITY;
  }

  #every(name: string, seconds: EverySeconds, act: () => void): void {
    if (seconds === null) return;
    const { schedule, coverage } = this.#world;
    const delayUs = Math.ceil(this.#random.nextExponential() * seconds * 1e6);
    schedule.after(delayUs, () => {
      if (!this.#on) return;
      coverage.count('fault', name);
      act();
      this.#every(name, seconds, act);
    });
  }

  #inject(fault: 'sync-failed' | 'write-failed'): void {
    this.#world.venue.platters.inject(fault);
  }

  #restart(): void {
    const { venue, schedule, fail } = this.#world;
    schedule.stir();
    venue.stop().catch(fail);
  }

  #fillDisk(): void {
    const { venue, schedule } = this.#world;
    const { platters } = venue;
    platters.inject('disk-full');
    if (chance(this.#random, 0.5)) return;
    // For a while there is no room at all.
    platters.capacityBytes = 0;
    schedule.after(this.#random.nextInt(1, 3_000_000), () => {
      platters.capacityBytes = Number.POSITIVE_INFINITY;
      venue.platters.capacityBytes = Number.POSITIVE_INFINITY;
    });
  }

  #jumpClock(): void {
    const { venue } = this.#world;
    const seconds = pick(this.#random, [-2, 1, 10, 60, 600, 3_600, 40_000, 100_000]);
    venue.skewUs += seconds * 1_000_000;
  }

  #disconnect(): void {
    const { network } = this.#world;
    if (chance(this.#random, 0.1)) network.breakAll();
    else network.break(pick(this.#random, network.connections));
  }

  /** A disk that says a sync is done and has not done it: after a crash that must be noticed. */
  #tryLyingDisk(): void {
    this.#try(async (copy, lastSeq) => {
      const { sequencer } = await this.#openCopy(copy, lastSeq);
      for (let i = 0; i < 4; i++) {
        copy.inject('lost-sync');
        await sequencer.submit({ type: 'pass-time' });
      }
      const acknowledged = sequencer.durableSeq();
      return { crashed: copy.crash(this.#random), acknowledged, stateHash: null };
    });
  }

  /** A bit that rots on the disk: noticed, or in a place that is not needed. */
  #tryFlippedBit(): void {
    this.#try(async (copy, lastSeq) => {
      const { stateHash } = await this.#openCopy(copy.clone(), lastSeq);
      const files = await copy.list();
      const bytes = copy.bytesOf(pick(this.#random, files).name);
      if (bytes.length > 0) {
        const at = this.#random.nextInt(0, bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << this.#random.nextInt(0, 8));
      }
      return { crashed: copy, acknowledged: lastSeq, stateHash: stateHash() };
    });
  }

  /** Spoils a copy of the disk as of now, and judges what a recovery makes of it. */
  #try(
    spoil: (
      copy: MemoryStorage,
      lastSeq: Seq,
    ) => Promise<{ crashed: MemoryStorage; acknowledged: Seq; stateHash: string | null }>,
  ): void {
    const { venue, auditor, schedule, coverage, fail } = this.#world;
    if (this.#trying || !venue.isUp()) return;
    this.#trying = true;
    schedule.stir();
    const trial = async (): Promise<void> => {
      // As after a stop of the process: what is in the page cache is there.
      const copy = venue.platters.clone();
      const { crashed, acknowledged, stateHash } = await spoil(copy, auditor.lastSeq as Seq);
      try {
        const opened = await this.#openCopy(crashed, acknowledged);
        hold(opened.lastSeq >= acknowledged, 'a loss is noticed', () => `${opened.lastSeq}`);
        const same = stateHash === null || opened.stateHash() === stateHash;
        hold(same, 'damage is noticed', () => `at command ${acknowledged}`);
        coverage.count('disk', 'damage did no harm');
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        coverage.count('disk', `refused: ${error.code}`);
      }
    };
    trial()
      .catch(fail)
      .finally(() => {
        this.#trying = false;
      });
  }

  async #openCopy(
    storage: MemoryStorage,
    lastSeq: Seq,
  ): Promise<{ sequencer: Sequencer; lastSeq: Seq; stateHash: () => string }> {
    const { venue, schedule, auditor } = this.#world;
    const machines: StateMachine[] = [];
    const sequencer = await createSequencer({
      storage,
      clock: { nowUs: () => venue.nowUs() },
      createStateMachine: () => {
        const machine = new RecallingMachine(createEngine(), auditor, venue.recollection);
        machines.push(machine);
        return machine;
      },
      waits: { endOfTurn: () => schedule.pause(1), sleep: () => schedule.pause(1) },
    });
    const report = await sequencer.recover({ publishAfterSeq: lastSeq });
    return {
      sequencer,
      lastSeq: report.lastSeq,
      stateHash: () => (machines.at(-1) as StateMachine).stateHash(),
    };
  }
}
