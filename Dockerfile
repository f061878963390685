# syntax=docker/dockerfile:1
# Packages are installed with the tools of the build stage; the image that runs holds no compiler and no secret.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY prisma prisma
COPY prisma.config.ts ./
COPY scripts scripts
RUN node scripts/generate.mjs && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    GOFORWARD_SERVER_HOST=0.0.0.0 \
    GOFORWARD_DATA_DIRECTORY=/data
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/src/generated src/generated
COPY package.json ./
COPY prisma prisma
COPY scripts scripts
COPY examples examples
COPY src src
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.GOFORWARD_SERVER_PORT || process.env.PORT || 8080) + '/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["start"]
