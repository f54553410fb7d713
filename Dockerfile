# The exchange as a container: Node 24, the locked packages, the sources as they are.
FROM node:24-bookworm-slim AS packages
WORKDIR /openstrike
RUN npm install --global pnpm@12.21.0
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages packages
COPY apps apps
COPY sim sim
RUN pnpm install --frozen-lockfile --prod

FROM node:24-bookworm-slim
ENV NODE_ENV=production OPENSTRIKE_DATA=/data OPENSTRIKE_HOST=0.0.0.0 OPENSTRIKE_LOG_FORMAT=json
WORKDIR /openstrike
COPY --from=packages /openstrike ./
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# The same flags and tunables as scripts/bootstrap.mjs; compiled code is kept between restarts.
ENV NODE_COMPILE_CACHE=/tmp/compile-cache
ENV GLIBC_TUNABLES="glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=268435456:\
glibc.malloc.top_pad=16777216:glibc.malloc.mmap_threshold=33554432"
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", \
  "--max-inlined-bytecode-size=2000", "--max-inlined-bytecode-size-cumulative=8000", \
  "--max-semi-space-size=16", "--no-allocation-site-pretenuring", "apps/exchange/src/main.ts"]
