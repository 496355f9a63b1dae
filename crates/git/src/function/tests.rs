use std::time::{Duration, Instant};

use super::*;

fn language(extension: &str) -> Language {
    Language::of_extension(extension.as_bytes()).expect("it is a known one")
}

/// The first lines of all functions and how many lines they have.
fn found(extension: &str, content: &str) -> Vec<(String, usize)> {
    let lines: Vec<&[u8]> = content.as_bytes().lines().collect();
    let language = language(extension);
    functions(language, &lines)
        .iter()
        .map(|function| (header(language, lines[function.start]), function.end - function.start))
        .collect()
}

fn assert_found(extension: &str, content: &str, expected: &[(&str, usize)]) {
    let expected: Vec<_> = expected.iter().map(|(name, lines)| ((*name).into(), *lines)).collect();
    assert_eq!(found(extension, content), expected, "{extension}: {content}");
}

#[test]
fn what_stands_between_quotes_is_not_in_a_header() {
    for (extension, line, shown) in [
        ("py", "def f(a='long', b=\"a b c\", c='x'):", "def f(a='...', b=\"...\", c='x'):"),
        ("py", "def f(a='not ended", "def f(a='..."),
        ("js", "const f = () => `a ${'b'} c`", "const f = () => '...'"),
        ("rs", "extern \"C\" fn f() {", "extern \"C\" fn f()"),
        ("rs", "fn f<'a>(x: &'a str, y: &'a str) {", "fn f<'a>(x: &'a str, y: &'a str)"),
    ] {
        assert_eq!(header(language(extension), line.as_bytes()), shown);
    }
}

fn touched_by(extension: &str, content: &str, hunk: Hunk) -> Option<(String, u32)> {
    let function = longest_touched(language(extension), content.as_bytes(), &[hunk])?;
    Some((function.header, function.lines))
}

fn touched(extension: &str, content: &str, line: u32) -> Option<(String, u32)> {
    let hunk = Hunk { old_start: line, old_lines: 1, new_start: line, new_lines: 1 };
    touched_by(extension, content, hunk)
}

fn deleted_behind(extension: &str, content: &str, line: u32) -> Option<(String, u32)> {
    let hunk = Hunk { old_start: line + 1, old_lines: 1, new_start: line, new_lines: 0 };
    touched_by(extension, content, hunk)
}

#[test]
fn only_extensions_of_known_languages_are_searched() {
    for known in ["c", "H", "CPP", "cu", "rs", "Java", "TSX", "py", "rb", "lua", "pm"] {
        assert!(Language::of_extension(known.as_bytes()).is_some(), "{known}");
    }
    for unknown in ["sh", "mk", "md", "txt", "yaml", "sql", "", "html", "json", "c++x"] {
        assert_eq!(Language::of_extension(unknown.as_bytes()), None, "{unknown}");
    }
}

#[test]
fn calls_and_assignments_are_no_functions() {
    assert_found("py", "from setuptools import setup\nprint(\"hello\")\nsetup(\n  x=1,\n)\n", &[]);
    assert_found("rb", "puts(\"x\")\ntask(:x) do\n  go(1)\nend\n", &[]);
    assert_found("pl", "print(\"x\");\nforeach my $x (@y) {\n  go(sub { 1 });\n}\n", &[]);
    assert_found("lua", "print(\"x\")\nif f(1) then\n  g(function() return 1 end)\nend\n", &[]);
    assert_found("js", "foo(1);\nif (a) {\n}\nbar(function () {\n});\nit('x', () => {\n});\n", &[]);
    assert_found("rs", "println!(\"{}\", 1);\npub struct A(u8);\nmod_macro!(x {});\n", &[]);
    assert_found("go", "var x = foo(1)\ntype A struct {\n}\ngo func() {\n}()\n", &[]);
    assert_found("cs", "using (var a = b()) {\n}\nreturn Foo(1);\nfoo(new Bar() {\n});\n", &[]);
}

#[test]
fn what_stands_in_the_first_column_of_c_is_not_always_a_function() {
    for text in [
        "return f(x) {\n}\n",
        "if (x) {\n}\n",
        "else if (x) {\n}\n",
        "for (;;) {\n}\n",
        "while (x) {\n}\n",
        "switch (x) {\n}\n",
        "goto (x) {\n}\n",
        "case f(1): {\n}\n",
        "again: f(x) {\n}\n",
        "typedef int (*f)(int) {\n}\n",
        "extern \"C\" {\nint f(void);\n}\n",
        "struct x = { f(1) };\n",
        "static const struct x y = {\n\tf(1),\n};\n",
        "struct x y[SIZE(2)] = {\n\t1,\n};\n",
        "struct __attribute__((packed)) x {\n\tint a;\n};\n",
        "class alignas(8) A : public B<decltype(x())> {\n};\n",
        "#define F(x) \\\nint f(x) {\n}\n",
        "#define f(x) {\n",
        "int f(void);\n\nstruct x {\n};\n",
        "int f(int a,\n      int b);\n{\n}\n",
        "DECLARE(x)\nstruct x {\n};\n",
        "DECLARE(x)\n\nx, {\n}\n",
        "TABLE(a, b)\n  { 1, 2 },\nEND\n",
        "namespace a { void f() {\n}}\n",
        "auto x = f(1) {\n}\n",
    ] {
        assert_found("c", text, &[]);
    }
}

#[test]
fn functions_of_the_c_family_are_found() {
    let c = "static inline int one(void) { return 1; }\n\nstatic int\ntwo (int a,\n     int b)\n{\n\tif (a) {\n\t}\nout:\n\treturn 1;\n}\n\n/* x */\n#define Y 1\nstruct x *three(struct y *y) {\n\tgo(y);\n}\n";
    assert_found(
        "c",
        c,
        &[
            ("static inline int one(void) { return 1; }", 1),
            ("two (int a,", 8),
            ("struct x *three(struct y *y)", 3),
        ],
    );
    let cpp = "std::string A::name(int b) const\n{\n  x();\n}\nA::A(int a) : size{a}, b(1)\n{\n}\nA::A()\n    : size(0) {\n}\nbool operator==(const A &a, const A &b) {\n}\nvoid *operator new(std::size_t size)\n\n{\n#define X do { \\\n} while (0)\n}\nTEST(A, b) {\n}\nclass A {\n  static int make(int a) {\n    return a;\n  }\n  virtual void run() = 0;\n  int size;\n};\n";
    assert_found(
        "cpp",
        cpp,
        &[
            ("std::string A::name(int b) const", 4),
            ("A::A(int a) : size{a}, b(1)", 3),
            ("A::A()", 3),
            ("bool operator==(const A &a, const A &b)", 2),
            ("void *operator new(std::size_t size)", 6),
            ("TEST(A, b)", 2),
            ("static int make(int a)", 3),
        ],
    );
    let objective =
        "@interface A\n- (void)one:(int)a;\n@end\n- (void)one:(int)a\n        two:(int)b\n{\n}\n";
    assert_found("m", objective, &[("- (void)one:(int)a", 4)]);
}

#[test]
fn functions_of_languages_with_braces_are_found() {
    assert_found(
        "rs",
        "impl A {\n    pub(crate) async fn one<T>(a: [u8; 4]) -> [u8; 4]\n    where\n        T: B,\n    {\n        x\n    }\n\n    /// Two.\n    fn two(&self);\n}\nconst fn three() -> u8 { 1 }\nextern \"C\" fn four() {\n}\npub struct B(u8);\n",
        &[
            ("pub(crate) async fn one<T>(a: [u8; 4]) -> [u8; 4]", 6),
            ("const fn three() -> u8 { 1 }", 1),
            ("extern \"C\" fn four()", 2),
        ],
    );
    assert_found(
        "go",
        "func (s *S) One(a interface{}) (b struct{}, err error) {\n\tgo()\n}\n\nfunc two() interface{} {\n\treturn 1\n}\n\n// X is x.\ntype X interface {\n\tGo(a int)\n}\n",
        &[
            ("func (s *S) One(a interface{}) (b struct{}, err error)", 3),
            ("func two() interface{}", 3),
        ],
    );
    assert_found(
        "kt",
        "interface A {\n    fun none(a: Int): Int\n    fun other()\n}\nclass B(val a: Int) {\n    override suspend fun <T> one(a: T): Int {\n        return 1\n    }\n    fun short(a: Int) = a + 1\n    val x = 1\n}\n",
        &[("override suspend fun <T> one(a: T): Int", 3)],
    );
    assert_found(
        "scala",
        "class A(b: Int) {\n  private[a] def one: Int = {\n    1\n  }\n  def two(a: Int): Int\n}\n",
        &[("private[a] def one: Int =", 3)],
    );
    assert_found(
        "swift",
        "class A {\n    required init?(coder: B) {\n        go()\n    }\n    @objc public class func two(_ a: Int) -> Int {\n    }\n    var x: Int { 1 }\n}\nprotocol P {\n    func none() -> Int\n}\n",
        &[("required init?(coder: B)", 3), ("@objc public class func two(_ a: Int) -> Int", 2)],
    );
    assert_found(
        "php",
        "<?php\nabstract class A\n{\n    abstract public function none($a);\n\n    public static function one(array $a = []): string\n    {\n        return function () {\n        };\n    }\n}\n",
        &[("public static function one(array $a = []): string", 5)],
    );
    assert_found(
        "pl",
        "use strict;\nsub forward;\nsub one {\n\tmy ($a) = @_;\n}\n\nsub two($$)\n{\n}\n\n1;\n",
        &[("sub one", 3), ("sub two($$)", 3)],
    );
}

#[test]
fn functions_with_a_type_and_a_name_are_found() {
    assert_found(
        "java",
        "public class A extends B<C>() {\n    private final Foo foo = make(1);\n\n    public A(int a) { this.a = a; }\n\n    @Override public Map<String, List<B>> one(\n            int a, @X({1, 2}) int b) throws C {\n        if (a) {\n        } else if (b) {\n        }\n    }\n\n    // Two.\n    void two()\n    {\n        synchronized (this) {\n        }\n        return new B() {\n            public void run() {\n            }\n        };\n    }\n\n    abstract int none(int a);\n    public record P(int a, int b) {\n    }\n    void record(int a) {\n    }\n}\n",
        &[
            ("public A(int a) { this.a = a; }", 1),
            ("@Override public Map<String, List<B>> one(", 6),
            ("void two()", 9),
            ("public void run()", 2),
            ("void record(int a)", 2),
        ],
    );
    assert_found(
        "cs",
        "namespace A {\n    public class B : C {\n        public B(int a) : base(a)\n        {\n        }\n        public int X { get; set; }\n        int Y() => 1;\n        protected async Task<int> Z<T>(T a)\n            where T : new()\n        {\n            await foo();\n        }\n    }\n}\n",
        &[("public B(int a) : base(a)", 3), ("protected async Task<int> Z<T>(T a)", 5)],
    );
    assert_found(
        "dart",
        "void main() {\n  runApp(App());\n}\nclass A {\n  Future<void> go({int a = 1}) async {\n  }\n}\n",
        &[("void main()", 3), ("Future<void> go({int a = 1}) async", 2)],
    );
    assert_found("groovy", "def go(a) {\n  b()\n}\nprintln(1)\n", &[("def go(a)", 3)]);
}

#[test]
fn functions_of_scripts_are_found() {
    assert_found(
        "ts",
        "import { a } from 'b';\nexport default async function one({ a, b }: C): Promise<D> {\n  go();\n}\nexport const two = async (a: B): Promise<C> => {\n  go(() => {\n  });\n};\nexport const table = make({\n  a: 1,\n});\nA.prototype.three = function (a) {\n};\nclass E {\n  constructor(private a: B) {}\n  private async four(a: B): Promise<void> {\n    for (const x of y) {\n    }\n  }\n  five() {\n    await go({\n    });\n  }\n  abstract six(): void;\n}\nconst f: F = (a) => {\n};\ndeclare function g(): void;\n",
        &[
            ("export default async function one({ a, b }: C): Promise<D>", 3),
            ("export const two = async (a: B): Promise<C> =>", 4),
            ("A.prototype.three = function (a)", 2),
            ("constructor(private a: B) {}", 1),
            ("private async four(a: B): Promise<void>", 4),
            ("five()", 4),
            ("const f: F = (a) =>", 2),
        ],
    );
}

#[test]
fn functions_without_braces_are_found() {
    assert_found(
        "py",
        "class A(B):\n    def one(self):\n        \"\"\"\nText\ndef text():\n        \"\"\"\n        x = '\"\"\"' # '''\n        return 1\n\n    # Two.\n    @x\n    async def two(\n        self,\n    ) -> int:  # y\n        if a:\n# far left\n            pass\n\nTABLE = {\n}\n\n\nif __name__ == \"__main__\":\n    print(1)\n",
        &[("def one(self):", 7), ("async def two(", 6)],
    );
    assert_found(
        "rb",
        "class A\n  def one\n    go do\n    end\n  end\n\n  private def self.two(a) go(a) end\n\n  x\nend\n",
        &[("def one", 4), ("private def self.two(a) go(a) end", 1)],
    );
    assert_found(
        "lua",
        "local function one(a)\n  if a then\n  end\nend\nfunction M.two() return 1 end\nfunction M:three()\nend\n",
        &[
            ("local function one(a)", 4),
            ("function M.two() return 1 end", 1),
            ("function M:three()", 2),
        ],
    );
}

#[test]
fn a_line_belongs_to_the_innermost_function() {
    let python =
        "def outer(f):\n    x = 1\n    def inner(a):\n        return a\n\n    return inner\n";
    assert_eq!(touched("py", python, 4), Some(("def inner(a):".into(), 2)));
    assert_eq!(touched("py", python, 5), Some(("def outer(f):".into(), 6)));
    assert_eq!(touched("py", python, 2), Some(("def outer(f):".into(), 6)));
    let both = Hunk { old_start: 1, old_lines: 1, new_start: 2, new_lines: 3 };
    assert_eq!(touched_by("py", python, both), Some(("def outer(f):".into(), 6)));
    // Without an end of its own, what holds others may be anything.
    let open = "int one(int a) {\n  static int two(void) {\n    b();\n  }\n  c();\n";
    assert_eq!(touched("c", open, 3), Some(("static int two(void)".into(), 3)));
    assert_eq!(touched("c", open, 5), None);
}

#[test]
fn what_stands_between_functions_is_in_none() {
    let c = "#include <x.h>\nint one(void)\n{\n\ta();\n}\n\n/* two */\n#define X 1\nint two(void)\n{\n}\n";
    assert_eq!(touched("c", c, 1), None);
    assert_eq!(touched("c", c, 5), Some(("int one(void)".into(), 4)));
    for line in 6..=8 {
        assert_eq!(touched("c", c, line), None, "{line}");
    }
    assert_eq!(touched("c", c, 9), Some(("int two(void)".into(), 3)));
    assert_eq!(deleted_behind("c", c, 3), Some(("int one(void)".into(), 4)));
    assert_eq!(deleted_behind("c", c, 5), None);
    assert_eq!(deleted_behind("c", c, 8), None);
    assert_eq!(deleted_behind("c", c, 11), None);
    let python = "def one():\n    a()\n\n\ndef two():\n    b()\n";
    assert_eq!(deleted_behind("py", python, 2), Some(("def one():".into(), 2)));
    assert_eq!(deleted_behind("py", python, 4), None);
    assert_eq!(deleted_behind("py", python, 0), None);
}

#[test]
fn hostile_content_costs_little() {
    const SIZE: usize = 1 << 20;
    let begin = Instant::now();
    let stairs = |line: &str| {
        let steps = (0..1300).map(|indent| format!("{}{line}\n", " ".repeat(indent)));
        let steps: String = steps.collect();
        steps + &"\n".repeat(SIZE - SIZE / 5)
    };
    for (extension, word) in [("py", "def f("), ("c", "f("), ("js", "f() {"), ("rs", "fn f() {")] {
        for content in [
            format!("{word}\n").repeat(SIZE / (word.len() + 1)),
            "(\n".repeat(SIZE / 2),
            "}\n".repeat(SIZE / 2),
            "\n".repeat(SIZE),
            "\"\"\"".repeat(SIZE / 3),
            "f(/*".repeat(SIZE / 4),
            format!("{word}{}", "({[".repeat(SIZE / 3)),
            stairs(word),
            stairs("static void f() {"),
        ] {
            let hunk = Hunk { old_start: 1, old_lines: 1, new_start: 1, new_lines: 1 << 19 };
            longest_touched(language(extension), content.as_bytes(), &[hunk; 1000]);
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}
