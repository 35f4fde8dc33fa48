# The image holds what the npm package holds, and its dependencies. Both bases are Debian: the database's native module
# is built for glibc.
ARG BUILD_BASE=node:24-bookworm-slim
ARG BASE=gcr.io/distroless/nodejs24-debian12:nonroot

FROM ${BUILD_BASE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build \
  && npm pack --ignore-scripts --silent \
  && mkdir /ship /data \
  && tar -xzf stepgate-*.tgz -C /ship --strip-components=1 \
  && mv /ship/policies /policies \
  && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && mv node_modules /ship/

FROM ${BASE}
# Where the two usual bases keep node; nothing else is looked up.
ENV PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin \
  NODE_ENV=production \
  STEPGATE_POLICIES=/policies \
  STEPGATE_DATABASE=file:/data/stepgate.db
WORKDIR /app
COPY --from=build /ship /app
COPY --from=build /policies /policies
COPY --from=build --chown=65532:65532 /data /data
# Everything but /data may be read-only, and belongs to root.
VOLUME /data
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "/app/dist/sidecar/main.js", "healthcheck"]
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/sidecar/main.js"]
CMD ["serve"]
