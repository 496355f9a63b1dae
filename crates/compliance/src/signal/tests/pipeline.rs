use super::{SignalKind, changed, has, proves};

const WORKFLOW: &str = ".github/workflows/ci.yml";

#[test]
fn actions_without_a_digest() {
    proves(
        SignalKind::ActionNotPinned,
        &[
            (WORKFLOW, "      - uses: actions/checkout@v4"),
            (WORKFLOW, "        uses: actions/setup-java@main"),
            (WORKFLOW, "    uses: org/repo/.github/workflows/x.yml@v1"),
            (WORKFLOW, "      - uses: 'actions/cache@v3.1.2'"),
            (WORKFLOW, "      - uses: \"actions/cache@v3\" # newest"),
            (WORKFLOW, "      - uses: docker://alpine:3.8"),
            ("action.yml", "    - uses: a/b@release"),
            ("tools/x/action.yaml", "    - uses: a/b/c@1a2b3c4"),
            (".github/workflows/deploy-test.yml", "      - uses: actions/checkout@v4"),
            (".github/workflows/ok-to-test.yaml", "      - uses: actions/checkout@v4"),
        ],
        &[
            (WORKFLOW, "      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3"),
            (
                WORKFLOW,
                "      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v4",
            ),
            (WORKFLOW, "      - uses: ./local/action"),
            (WORKFLOW, "      # - uses: actions/checkout@v4"),
            (WORKFLOW, "      - name: uses actions/checkout@v4"),
            (
                WORKFLOW,
                "      - uses: docker://a@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            ),
            ("app.yml", "      - uses: actions/checkout@v4"),
            ("docs/.github/workflows/ci.yml", "      - uses: actions/checkout@v4"),
        ],
    );
}

#[test]
fn permissions_of_workflows() {
    proves(
        SignalKind::WorkflowPermissionWidened,
        &[
            (WORKFLOW, "permissions: write-all"),
            (WORKFLOW, "  contents: write"),
            (WORKFLOW, "      id-token: write # for the cloud"),
            (WORKFLOW, "  packages: 'write'"),
            (WORKFLOW, "  pull_request_target:"),
            (WORKFLOW, "on: pull_request_target"),
            (WORKFLOW, "on: [push, pull_request_target]"),
            (WORKFLOW, "          persist-credentials: true"),
            (WORKFLOW, "    permissions: { contents: write }"),
            (WORKFLOW, "    secrets: inherit"),
            (WORKFLOW, "  issues: write"),
            (WORKFLOW, "  pages: write"),
            (WORKFLOW, "  discussions: write"),
            (".github/workflows/ci_test.yml", "permissions: write-all"),
            (".github/workflows/x.test.yml", "on: pull_request_target"),
        ],
        &[
            (WORKFLOW, "permissions: read-all"),
            (WORKFLOW, "  contents: read"),
            (WORKFLOW, "  id-token: none"),
            (WORKFLOW, "  pull_request:"),
            (WORKFLOW, "  # pull_request_target:"),
            (WORKFLOW, "          persist-credentials: false"),
            (WORKFLOW, "    if: github.event_name != 'pull_request_target'"),
            ("app.yml", "  contents: write"),
            (WORKFLOW, "  contents: writer"),
        ],
    );
}

#[test]
fn scripts_from_the_network() {
    proves(
        SignalKind::ScriptFromNetwork,
        &[
            ("a.sh", "curl -sSL https://get.vendor.io | sh"),
            ("Dockerfile", "RUN curl -fsSL https://deb.vendor.com/setup | bash -"),
            ("a.sh", "wget -O- https://get.vendor.io | sudo -E bash -s -- -y"),
            (WORKFLOW, "        run: curl https://sh.vendor.rs -sSf | sh -s -- -y"),
            (
                "a.ps1",
                "iex ((New-Object Net.WebClient).DownloadString('https://vendor.org/i.ps1'))",
            ),
            ("a.ps1", "iwr -useb https://get.vendor.sh | iex"),
            ("a.sh", "bash <(curl -s https://vendor.io/bash)"),
            ("a.sh", "sh -c \"$(curl -fsSL https://vendor.com/install.sh)\""),
            ("a.sh", "curl -sSL https://install.vendor.org | python3 -"),
            ("Makefile", "\tcurl -sfL https://vendor.io/install.sh | sh -s -- -b bin"),
        ],
        &[
            ("a.sh", "curl -sSL https://a.io/x.tgz | tar xz"),
            ("a.sh", "curl -s https://a.io/x.json | jq .name"),
            ("a.sh", "# curl https://get.vendor.io | sh"),
            ("a.sh", "echo 'curl https://get.vendor.io | sh'"),
            ("README.md", "curl https://get.vendor.io | sh"),
            ("a.sh", "cat script.sh | bash"),
            ("a.sh", "curl -o script.sh https://a.io/script.sh"),
            ("a.sh", "curl -s https://a.io/x | shasum -a 256"),
            ("a.sh", "curl -s http://localhost:8080/x | sh"),
        ],
    );
}

#[test]
fn images_without_a_version() {
    proves(
        SignalKind::ImageNotPinned,
        &[
            ("Dockerfile", "FROM ubuntu:latest"),
            ("Dockerfile", "FROM node"),
            ("Dockerfile", "FROM golang AS build"),
            ("Dockerfile", "FROM --platform=linux/amd64 registry.io:5000/team/app"),
            ("app.dockerfile", "from team/app:latest"),
            ("docker-compose.yml", "    image: redis"),
            ("docker-compose.yml", "    image: \"team/app:latest\""),
            ("k8s/deploy.yaml", "      - image: gcr.io/team/app"),
            (".gitlab-ci.yml", "image: maven:latest"),
            (".gitlab-ci.yml", "        image: ubuntu:rolling"),
            (WORKFLOW, "    container: fedora:latest"),
            ("Dockerfile", "FROM rust:nightly AS build"),
            ("k8s/deploy.yaml", "      - image: gcr.io/team/app:main"),
        ],
        &[
            ("Dockerfile", "FROM ubuntu:22.04"),
            ("Dockerfile", "FROM scratch"),
            ("Dockerfile", "FROM build"),
            ("Dockerfile", "FROM builder AS final"),
            ("Dockerfile", "FROM team/app:${VERSION}"),
            ("Dockerfile", "# FROM ubuntu:latest"),
            ("docker-compose.yml", "    image: redis:7.2"),
            ("docker-compose.yml", "    image: team/app:${TAG}"),
            ("k8s/deploy.yaml", "      - image: team/app@sha256:0123456789abcdef"),
            ("blog.yml", "image: images/photo.png"),
            ("values.yaml", "image: {{ .Values.image }}"),
        ],
    );
}

#[test]
fn checks_that_stop_nobody() {
    proves(
        SignalKind::CheckBypassed,
        &[
            (WORKFLOW, "        run: npm test || true"),
            (WORKFLOW, "      - run: trivy image app || exit 0"),
            (WORKFLOW, "        continue-on-error: true"),
            (".gitlab-ci.yml", "  allow_failure: true"),
            (".gitlab-ci.yml", "    - bandit -r src || true"),
            ("azure-pipelines.yml", "    continueOnError: true"),
            ("release.sh", "git commit -am 'release' --no-verify"),
            (".circleci/config.yml", "      - run: npm audit || true"),
            (WORKFLOW, "        run: mvn clean install -DskipTests"),
            (WORKFLOW, "        run: mvn -B -Dmaven.test.skip=true package"),
            (WORKFLOW, "        run: ./gradlew build -x test"),
            (WORKFLOW, "        run: flake8 . --exit-zero"),
        ],
        &[
            (WORKFLOW, "        run: npm test"),
            (WORKFLOW, "        continue-on-error: false"),
            (".gitlab-ci.yml", "  allow_failure: false"),
            (WORKFLOW, "      - run: docker rm app || true"),
            (WORKFLOW, "      # continue-on-error: true"),
            ("app.yml", "allow_failure: true"),
            (WORKFLOW, "        run: mvn verify -DskipTests=false"),
            (WORKFLOW, "        run: ./gradlew build"),
            ("release.sh", "git commit -am 'release'"),
            ("a.sh", "tool --no-verify"),
            ("docs/ci.md", "continue-on-error: true"),
        ],
    );
}

#[test]
fn a_step_that_checks_nothing_may_fail() {
    let step = |uses: &str, run: &str| {
        let step = format!("    - name: x\n      continue-on-error: true\n      {uses}\n{run}");
        has(SignalKind::CheckBypassed, &changed(WORKFLOW, &step, ""))
    };
    assert!(!step("uses: actions/create-github-app-token@v2", ""));
    assert!(!step("uses: actions/upload-artifact@v4", "      with:\n        name: x\n"));
    assert!(step("uses: someone/create-github-app-token@v2", ""));
    assert!(step("run: make test", ""));
    assert!(step("uses: someone/scan@v2", "    - uses: actions/cache@v4\n"));
    assert!(step("uses: actions/cache@v4", "      run: make test\n"));
}
