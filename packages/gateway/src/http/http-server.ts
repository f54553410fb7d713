// HTTP server: the same methods for clients without a socket, in three call styles: GET with a
// query, POST of a JSON-RPC request to the method's path, and POST of one to the root. Invariant:
// what a header signs is compared with the request exactly as it was sent. Every refusal is a 400
// with a JSON body.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { OperationalError } from '@openstrike/domain';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Dispatcher, Incoming, Reply } from '../json-rpc/dispatcher.ts';
import { idOf, invalidRequest, readRequest } from '../json-rpc/envelope.ts';
import { ApiError } from '../method.ts';
import type { GatewayMetrics } from '../metrics.ts';
import { createHttpSession } from '../sockets/http-session.ts';

export interface TlsOptions {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
}

/** A page beside the API, such as `/health`. */
export interface HttpRoute {
  readonly path: `/${string}`;
  readonly handle: () => HttpPage | Promise<HttpPage>;
}

export interface HttpPage {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface HttpServerOptions {
  readonly authenticator: Authenticator;
  readonly dispatcher: Dispatcher;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
  readonly wallNowUs: () => number;
  readonly tls: TlsOptions | null;
  readonly bodyBytesMax: number;
  readonly connectionsMax: number;
  /** Take the client's address from the last entry of `X-Forwarded-For`. */
  readonly trustProxy: boolean;
  readonly onUpgrade: (
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    address: string,
  ) => void;
}

const apiPath = '/api/v2';
const socketPath = '/ws/api/v2';
/** HTTP connections stay open so long between requests. Source: Deribit. */
const keepAliveMs = 900_000;

const plainAddress = (address: string | undefined): string =>
  (address ?? '').replace(/^::ffff:/, '');

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: FastifyInstance;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const common = {
      logger: false,
      bodyLimit: options.bodyBytesMax,
      keepAliveTimeout: keepAliveMs,
      forceCloseConnections: true,
      exposeHeadRoutes: false,
    } as const;
    const { tls } = options;
    this.#server =
      tls === null
        ? fastify(common)
        : (fastify({
            ...common,
            https: { cert: tls.certificate, key: tls.key },
          }) as unknown as FastifyInstance);
    this.#server.server.maxConnections = options.connectionsMax;
    this.#server.removeAllContentTypeParsers();
    this.#server.addContentTypeParser('*', { parseAs: 'string' }, (_, body, done) =>
      done(null, body),
    );
    this.#openToPages();
    this.#server.get(`${apiPath}/*`, (request, reply) => this.#get(request, reply));
    this.#server.post(`${apiPath}/*`, (request, reply) => this.#post(request, reply));
    this.#server.post(apiPath, (request, reply) => this.#post(request, reply));
    this.#server.setErrorHandler((error: FastifyError, request, reply) =>
      this.#refuse(error, request, reply),
    );
    this.#server.setNotFoundHandler((_, reply) =>
      reply.code(404).type('application/json').send('{"error":"not found"}'),
    );
    this.#server.server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) =>
      this.#upgrade(request, stream, head),
    );
  }

  /** Pages of any origin may call: identity comes in headers and parameters, never in cookies. */
  #openToPages(): void {
    this.#server.addHook('onRequest', async (_, reply) => {
      reply.header('access-control-allow-origin', '*');
    });
    const preflight = (_: FastifyRequest, reply: FastifyReply): FastifyReply =>
      reply
        .code(204)
        .header('access-control-allow-methods', 'GET, POST, OPTIONS')
        .header('access-control-allow-headers', 'authorization, content-type')
        .header('access-control-max-age', '86400')
        .send();
    this.#server.options(apiPath, preflight);
    this.#server.options(`${apiPath}/*`, preflight);
  }

  addRoute(route: HttpRoute): void {
    this.#server.get(route.path, async (_, reply) => {
      const page = await route.handle();
      return reply.code(page.status).type(page.contentType).send(page.body);
    });
  }

  /** Answers the port. Throws: OperationalError when the address cannot be had. */
  async listen(host: string, port: number): Promise<number> {
    try {
      await this.#server.listen({ host, port });
    } catch (error) {
      const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      const sentence = inUse
        ? `Port ${port} of ${host} is in use: stop what holds it, or choose another port.`
        : `Cannot listen on port ${port} of ${host}: check the address and your rights to it.`;
      throw new OperationalError(inUse ? 'port-in-use' : 'cannot-listen', sentence, {
        cause: error,
      });
    }
    const address = this.#server.server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async close(): Promise<void> {
    await this.#server.close();
  }

  #addressOf(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-for'];
    const list = Array.isArray(forwarded) ? forwarded.join(',') : forwarded;
    const last = list?.split(',').at(-1)?.trim();
    if (this.#options.trustProxy && last !== undefined && last !== '') return plainAddress(last);
    return plainAddress(request.socket.remoteAddress);
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const path = (request.url ?? '').split('?')[0]?.replace(/\/$/, '');
    if (path !== socketPath) {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#options.onUpgrade(request, stream, head, this.#addressOf(request));
  }

  #get(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { method, query } = split(request.raw.url ?? '');
    const params = new URLSearchParams(query);
    return this.#call({ id: undefined, method, params }, request, reply, '');
  }

  #post(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const body = typeof request.body === 'string' ? request.body : '';
    let value: unknown;
    try {
      value = parse(body);
      const { id, method, params } = readRequest(value);
      const name = split(request.raw.url ?? '').method || method;
      if (name === null) throw invalidRequest('method is missing');
      return this.#call({ id, method: name, params }, request, reply, body);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return this.#answer(reply, (respond) => {
        this.#options.dispatcher.refuse(idOf(value), error, this.#options.wallNowUs(), respond);
      });
    }
  }

  #call(
    call: Pick<Incoming, 'id' | 'method' | 'params'>,
    request: FastifyRequest,
    reply: FastifyReply,
    body: string,
  ): Promise<FastifyReply> {
    const { authenticator, dispatcher, metrics, wallNowUs } = this.#options;
    const usIn = wallNowUs();
    metrics.httpRequests += 1;
    const address = this.#addressOf(request.raw);
    const header = request.headers.authorization;
    const uri = request.raw.url ?? '';
    const facts = { method: request.method, uri, body, address };
    const proof = (): ReturnType<Authenticator['grantOfHeader']> | null =>
      header === undefined ? null : authenticator.grantOfHeader(header, facts);
    return this.#answer(reply, (respond) => {
      dispatcher.dispatch({ ...call, usIn, proof }, createHttpSession(address), respond);
    });
  }

  #answer(reply: FastifyReply, run: (respond: Reply) => void): Promise<FastifyReply> {
    return new Promise((resolve) => {
      run((text, outcome) => {
        reply.code(outcome === 'result' ? 200 : 400).type('application/json; charset=utf-8');
        resolve(reply.send(text ?? ''));
      });
    });
  }

  #refuse(
    error: FastifyError,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const { dispatcher, log, wallNowUs } = this.#options;
    let refusal: ApiError;
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      refusal = new ApiError('request_entity_too_large');
    } else if ((error.statusCode ?? 500) < 500) {
      refusal = invalidRequest('malformed HTTP request');
    } else {
      log.error({ method: request.method, err: error }, 'an HTTP request failed');
      refusal = new ApiError('internal_server_error');
    }
    return this.#answer(reply, (respond) => {
      dispatcher.refuse(undefined, refusal, wallNowUs(), respond);
    });
  }
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new ApiError('parse_error');
  }
};

/** Method and query of a request's URL, which is under the API's path. */
const split = (url: string): { readonly method: string; readonly query: string } => {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const method = path.slice(apiPath.length + 1).replace(/\/$/, '');
  return { method, query: mark < 0 ? '' : url.slice(mark + 1) };
};
