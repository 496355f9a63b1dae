# A static binary and nothing else. From the root of a clone of this repository:
#
#     docker build -t gitops-health .
#     docker run --rm --network none -u "$(id -u):$(id -g)" -v "$PWD:/repo" gitops-health check --base origin/main
#
# Git does not trust a repository that somebody else owns (`safe.directory`), and neither does the program: `-u` makes you
# the one who asks. The index of the history is written into the git directory, so that it is made once; with `-v ...:ro`
# everything is read anew each time.
FROM rust:1.98.0-alpine3.24 AS build
# What the C libraries are compiled with: libgit2, SQLite, libdeflate, mimalloc and ring come with their sources.
RUN apk add --no-cache musl-dev gcc make
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && \
    cp target/release/gitops-health /gitops-health

FROM scratch
COPY --from=build /gitops-health /gitops-health
COPY LICENSE-MIT LICENSE-APACHE /licenses/
# Nobody in particular. It reads what others may read, and with `-u` what you may.
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["/gitops-health"]
