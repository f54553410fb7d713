// Channel: one named stream of notifications and those who listen to it. Invariant: its data is
// turned into text once per notification and into a frame once per label, whoever listens. Who
// comes anew is given the newest state at once, which hurries nothing for the others. A listener
// who is behind on a channel whose news replaces older news is left out until it has caught up,
// then starts again from the newest state.
import type { GatewayMetrics } from '../metrics.ts';
import { encodeTextFrame } from '../sockets/frame.ts';
import type { SocketSession } from '../sockets/socket-session.ts';

export interface Subscription {
  readonly channel: Channel;
  /** What the hub keeps the channel by. */
  readonly key: string;
  readonly session: SocketSession;
  readonly label: string | null;
  ended: boolean;
}

/**
 * When what has gathered is sent: at the end of the batch, or so many milliseconds after the
 * first.
 */
export type Pace = 'batch' | 100 | 1000 | 2000;

const waitOf = (pace: Pace): number => (pace === 'batch' ? 0 : pace);

export interface ChannelBase {
  readonly name: string;
  readonly pace: Pace;
  readonly metrics: GatewayMetrics;
  readonly schedule: (channel: Channel, pace: Pace) => void;
}

interface Audience {
  readonly head: string;
  readonly tail: string;
  readonly members: Set<Subscription>;
}

export abstract class Channel {
  readonly name: string;
  readonly #base: ChannelBase;
  readonly #audiences = new Map<string | null, Audience>();
  #pace: Pace | null = null;
  #size = 0;
  /** Whether its newest notification makes older ones worthless. */
  abstract readonly replaces: boolean;
  /** Notifications of an account's own doings do not wait for company. */
  readonly urgent: boolean = false;

  /** What to undo when the last listener has left. */
  protected readonly ends: (() => void)[] = [];

  constructor(base: ChannelBase) {
    this.name = base.name;
    this.#base = base;
  }

  /** Sends what has gathered. */
  protected abstract emit(): void;

  /** Data for a new listener, or for one that has caught up: the whole newest state. */
  snapshot(): readonly unknown[] {
    return [];
  }

  get size(): number {
    return this.#size;
  }

  add(subscription: Subscription): void {
    const { label } = subscription;
    let audience = this.#audiences.get(label);
    if (audience === undefined) {
      const name = JSON.stringify(this.name);
      audience = {
        head: `{"jsonrpc":"2.0","method":"subscription","params":{"channel":${name},"data":`,
        tail: label === null ? '}}' : `,"label":${JSON.stringify(label)}}}`,
        members: new Set(),
      };
      this.#audiences.set(label, audience);
    }
    audience.members.add(subscription);
    this.#size += 1;
  }

  remove(subscription: Subscription): void {
    const audience = this.#audiences.get(subscription.label);
    if (!audience?.members.delete(subscription)) return;
    this.#size -= 1;
    if (audience.members.size === 0) this.#audiences.delete(subscription.label);
  }

  /** Nobody listens any more. */
  close(): void {
    for (const end of this.ends) end();
  }

  /** Something to tell has gathered. */
  protected touch(pace: Pace = this.#base.pace): void {
    if (this.#pace !== null && waitOf(pace) >= waitOf(this.#pace)) return;
    this.#pace = pace;
    this.#base.schedule(this, pace);
  }

  /** Sends what has gathered, if anything has. */
  flush(): void {
    if (this.#pace === null) return;
    this.#pace = null;
    if (this.#size > 0) this.emit();
  }

  /**
   * Gives one listener the whole newest state. Nobody else sees it, and what has gathered keeps its
   * time: what comes next must follow from the state, whether it was gathered before it or after.
   */
  refresh(subscription: Subscription): void {
    for (const data of this.snapshot()) this.sendTo(subscription, data);
  }

  /** Whether something waits to be sent. */
  protected get gathers(): boolean {
    return this.#pace !== null;
  }

  /** Sends one notification to one listener. */
  protected sendTo(subscription: Subscription, data: unknown): void {
    const audience = this.#audiences.get(subscription.label);
    if (audience === undefined || subscription.ended) return;
    const frame = encodeTextFrame(audience.head + JSON.stringify(data) + audience.tail);
    this.#hand(subscription, frame);
  }

  /** Sends one notification to everybody who listens, some excepted. */
  protected send(data: unknown, except?: ReadonlyMap<Subscription, unknown>): void {
    const text = JSON.stringify(data);
    for (const audience of this.#audiences.values()) {
      let frame: Buffer | null = null;
      for (const subscription of audience.members) {
        if (except?.has(subscription)) continue;
        if (this.replaces && this.waits(subscription)) continue;
        frame ??= encodeTextFrame(audience.head + text + audience.tail);
        this.#hand(subscription, frame);
      }
    }
  }

  /** Whether a listener hears the newest state later instead of this. */
  protected waits(subscription: Subscription): boolean {
    const { behind, congested } = subscription.session;
    if (!congested && !behind.has(subscription)) return false;
    behind.add(subscription);
    this.#base.metrics.conflated += 1;
    return true;
  }

  #hand(subscription: Subscription, frame: Buffer): void {
    this.#base.metrics.notifications += 1;
    subscription.session.sendFrame(frame, this.urgent);
  }
}

/** Accepts listeners and never says anything. */
export class SilentChannel extends Channel {
  readonly replaces = false;
  protected emit(): void {}
}
