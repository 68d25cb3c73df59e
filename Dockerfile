# syntax=docker/dockerfile:1

# --- build: the dependencies first, in a layer that changes only with Cargo.toml and Cargo.lock ---
FROM rust:1-bookworm AS build
WORKDIR /build
COPY .cargo ./.cargo
COPY Cargo.toml Cargo.lock ./
# An empty program with the same dependencies. What src/ reads at compile time (config/, migrations/) is not needed yet.
# Benchmarks are not built here, but cargo wants to see a file for each that Cargo.toml declares.
RUN mkdir src benches \
 && printf 'fn main() {}\n' > src/main.rs \
 && touch src/lib.rs \
 && for bench in $(sed -n '/^\[\[bench\]\]/,/^name/ s/^name *= *"\(.*\)"/\1/p' Cargo.toml); do touch "benches/$bench.rs"; done \
 && cargo build --release --locked --bin lopso \
 && rm -rf src target/release/lopso target/release/deps/lopso* target/release/deps/liblopso* target/release/.fingerprint/lopso-*

# Every folder that the program carries inside itself: a new one is named here (and in .dockerignore).
COPY config ./config
COPY migrations ./migrations
COPY src ./src
RUN cargo build --release --locked --bin lopso

# --- run: the one binary, certificates for HTTPS, and nobody special ---
FROM debian:bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin lopso \
 && install -d -o lopso -g lopso -m 750 /data
COPY --from=build /build/target/release/lopso /usr/local/bin/lopso
COPY LICENSE /usr/share/doc/lopso/LICENSE

USER lopso
WORKDIR /data
# The database and the key file. The key must be backed up apart from the data it protects.
VOLUME /data
ENV LOPSO_HTTP_ADDR=0.0.0.0:8080 \
    LOPSO_DATABASE_URL=sqlite:/data/lopso.db
EXPOSE 8080

# The shell itself can ask, so the image needs no curl.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["bash", "-c", "port=${LOPSO_HTTP_ADDR##*:}; exec 3<>\"/dev/tcp/127.0.0.1/$port\" || exit 1; printf 'GET /healthz HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; read -r -t 4 _ status _ <&3; [ \"$status\" = 200 ]"]

ENTRYPOINT ["lopso"]
CMD ["serve"]
