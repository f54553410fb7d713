// Raw socket: the least WebSocket client that a load generator needs: it writes many frames at
// once and reads frames without copying them, so that the generator costs little beside what it
// measures. Frames are masked with zeros, which the protocol allows and which leaves the text as
// it is.
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export type FrameListener = (frame: Buffer, start: number, end: number) => void;

export class RawSocket {
  readonly #socket: Socket;
  #pending: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #listener: FrameListener = () => undefined;

  private constructor(socket: Socket, rest: Buffer) {
    this.#socket = socket;
    this.#rest = rest;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#read(data));
    socket.on('error', () => undefined);
  }

  static open(url: string): Promise<RawSocket> {
    const { hostname, port, pathname } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      let head = Buffer.alloc(0);
      const onData = (data: Buffer): void => {
        head = Buffer.concat([head, data]);
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', onData);
        socket.off('error', reject);
        if (head.toString('latin1', 0, 12) !== 'HTTP/1.1 101') reject(new Error(head.toString()));
        else resolve(new RawSocket(socket, head.subarray(end + 4)));
      };
      socket.on('data', onData);
      const key = randomBytes(16).toString('base64');
      socket.write(
        `GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
      );
    });
  }

  onFrame(listener: FrameListener): void {
    this.#listener = listener;
  }

  /** Adds a text frame to the next write; ASCII only. */
  push(text: string): void {
    const headLength = text.length < 126 ? 6 : 8;
    const frame = Buffer.alloc(headLength + text.length);
    frame[0] = 0x81;
    if (headLength === 6) {
      frame[1] = 0x80 | text.length;
    } else {
      frame[1] = 0x80 | 126;
      frame.writeUInt16BE(text.length, 2);
    }
    frame.write(text, headLength, 'latin1');
    this.#pending.push(frame);
  }

  flush(): void {
    if (this.#pending.length === 0) return;
    this.#socket.write(Buffer.concat(this.#pending));
    this.#pending = [];
  }

  /** Sends one request and waits for the next text. */
  ask(text: string): Promise<string> {
    return new Promise((resolve) => {
      this.onFrame((frame, start, end) => resolve(frame.toString('utf8', start, end)));
      this.push(text);
      this.flush();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(data: Buffer): void {
    const all = this.#rest.length === 0 ? data : Buffer.concat([this.#rest, data]);
    let at = 0;
    while (at + 2 <= all.length) {
      const short = (all[at + 1] as number) & 0x7f;
      if (short === 126 && at + 4 > all.length) break;
      if (short === 127 && at + 10 > all.length) break;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      const length =
        short === 126 ? all.readUInt16BE(at + 2) : short === 127 ? all.readUInt32BE(at + 6) : short;
      if (at + head + length > all.length) break;
      if (((all[at] as number) & 0x0f) === 1) this.#listener(all, at + head, at + head + length);
      at += head + length;
    }
    this.#rest = all.subarray(at);
  }
}
