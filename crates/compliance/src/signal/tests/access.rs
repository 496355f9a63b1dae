use super::{SignalKind, found, has, proves};

#[test]
fn what_is_open_to_everybody() {
    proves(
        SignalKind::PermissionOpen,
        &[
            ("a.sh", "chmod -R 777 /var/data"),
            ("Dockerfile", "RUN mkdir /x && chmod 0777 /x"),
            ("a.py", "os.chmod(path, 0o777)"),
            ("a.go", "os.Chmod(path, 0777)"),
            ("play.yml", "    mode: '0777'"),
            ("sg.tf", "  cidr_blocks = [\"0.0.0.0/0\"]"),
            ("stack.yml", "      CidrIp: 0.0.0.0/0"),
            ("s3.tf", "  acl = \"public-read\""),
            ("stack.yml", "      AccessControl: PublicRead"),
            ("a.py", "    permission_classes = [AllowAny]"),
            ("policy.json", "  \"Principal\": \"*\","),
            ("nginx.conf", "add_header Access-Control-Allow-Origin *;"),
            ("a.js", "res.setHeader('Access-Control-Allow-Origin', '*')"),
            ("settings.py", "CORS_ALLOW_ALL_ORIGINS = True"),
            ("a.py", "app.add_middleware(CORSMiddleware, allow_origins=[\"*\"])"),
            ("A.java", "@CrossOrigin(origins = \"*\")"),
            ("a.js", "app.use(cors({origin:\"*\"}));"),
            ("a.js", "app.use(cors({ credentials: true, origin: '*' }))"),
            ("a.cs", "builder.AllowAnyOrigin().AllowAnyHeader();"),
        ],
        &[
            ("a.sh", "chmod 755 /var/data"),
            ("a.sh", "# chmod 777 /var/data"),
            ("a.sh", "chmod +x run.sh"),
            ("a.go", "os.Chmod(path, 0644)"),
            ("play.yml", "    mode: '0755'"),
            ("sg.tf", "  cidr_blocks = [\"10.0.0.0/8\"]"),
            ("sg.tf", "  destination_cidr_block = \"0.0.0.0/0\""),
            ("s3.tf", "  acl = \"private\""),
            ("a.py", "from rest_framework.permissions import AllowAny"),
            ("policy.json", "  \"Principal\": { \"AWS\": \"arn:aws:iam::1:root\" },"),
            ("nginx.conf", "add_header Access-Control-Allow-Origin https://app.io;"),
            ("settings.py", "CORS_ALLOW_ALL_ORIGINS = False"),
            ("a.js", "app.use(cors({ origin: 'https://app.io' }))"),
        ],
    );
}

#[test]
fn what_goes_out_may_go_anywhere() {
    let lines = ["egress {", "  from_port = 0", "  cidr_blocks = [\"0.0.0.0/0\"]"];
    assert!(!has(SignalKind::PermissionOpen, &found("sg.tf", &lines, &[])));
    let lines = ["ingress {", "  from_port = 0", "  cidr_blocks = [\"0.0.0.0/0\"]"];
    assert!(has(SignalKind::PermissionOpen, &found("sg.tf", &lines, &[])));
}

#[test]
fn debugging_that_is_on() {
    proves(
        SignalKind::DebugOn,
        &[
            ("app/settings.py", "DEBUG = True"),
            ("a.sh", "export FLASK_DEBUG=1"),
            ("Dockerfile", "ENV FLASK_DEBUG 1"),
            ("a.py", "app.run(host='0.0.0.0', debug=True)"),
            ("config/production.yml", "debug: true"),
            ("config/prod/app.json", "  \"debug\": true,"),
            ("Dockerfile", "ENV ASPNETCORE_ENVIRONMENT=Development"),
            ("Dockerfile", "ENV NODE_ENV=development"),
            ("web.config", "<compilation debug=\"true\" targetFramework=\"4.8\" />"),
            (".env.production", "APP_DEBUG=true"),
        ],
        &[
            ("app/settings.py", "DEBUG = False"),
            ("app/settings.py", "# DEBUG = True"),
            ("config/development.yml", "debug: true"),
            ("config/production.yml", "debug: false"),
            ("Dockerfile", "ENV ASPNETCORE_ENVIRONMENT=Production"),
            ("Dockerfile", "ENV NODE_ENV=production"),
            ("a.py", "app.run(host='0.0.0.0')"),
            ("a.py", "DEBUG = True"),
            ("tests/settings.py", "DEBUG = True"),
        ],
    );
}
