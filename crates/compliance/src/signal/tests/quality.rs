use super::{SignalKind, changed, found, has, proves};

#[test]
fn tests_that_are_skipped() {
    proves(
        SignalKind::TestSkipped,
        &[
            ("src/test/java/ATest.java", "    @Disabled(\"flaky\")"),
            ("src/test/java/ATest.java", "    @Ignore"),
            ("a_test.go", "\tt.Skip(\"flaky\")"),
            ("tests/test_a.py", "@pytest.mark.skip(reason='flaky')"),
            ("tests/test_a.py", "    @unittest.skip('flaky')"),
            ("src/a.rs", "    #[ignore]"),
            ("tests/ATests.cs", "    [Fact(Skip = \"flaky\")]"),
            ("tests/ATests.cs", "    [Ignore]"),
            ("tests/ATest.php", "        $this->markTestSkipped('flaky');"),
            ("tests/test_a.py", "pytestmark = pytest.mark.skip(reason='flaky')"),
            ("src/client-test.py", "@pytest.mark.skip"),
        ],
        &[
            ("src/test/java/ATest.java", "    // @Disabled"),
            ("src/main/java/A.java", "    @Ignore"),
            ("a.test.js", "  it('skips empty lines', () => {"),
            ("a.js", "cursor.skip(10)"),
            ("a_test.go", "\tr.Skip(10)"),
            ("tests/test_a.py", "@pytest.mark.skipif(sys.platform == 'win32', reason='x')"),
            ("src/a.rs", "    #[allow(unused)]"),
            ("tests/ATests.cs", "    [Fact]"),
            ("src/test/java/ATest.java", "import org.junit.jupiter.api.Disabled;"),
        ],
    );
    for (path, line, was) in [
        ("a.test.js", "  it.skip('works', () => {", "  it('works', () => {"),
        ("a.spec.ts", "describe.skip('all', () => {", "describe('all', () => {"),
        ("a.spec.js", "xit('works', () => {", "it('works', () => {"),
        ("spec/a_spec.rb", "  xit 'works' do", "  it 'works' do"),
    ] {
        assert!(has(SignalKind::TestSkipped, &found(path, &[line], &[was])), "{line}");
    }
    let lines = ["\tif testing.Short() {", "\t\tt.Skip(\"slow\")"];
    assert!(!has(SignalKind::TestSkipped, &found("a_test.go", &lines, &[])));
}

#[test]
fn a_test_that_is_skipped_for_some_inputs_runs_for_the_others() {
    let fuzz = |inner: &str| {
        let head = "func FuzzA(f *testing.F) {\n\tf.Fuzz(func(t *testing.T, in []byte) {\n";
        format!("{head}{inner}\t}})\n}}\n")
    };
    let is_skipped =
        |text: &str| has(SignalKind::TestSkipped, &changed("a_test.go", text, &fuzz("")));
    let guarded =
        "\t\tif in == nil {\n\t\t\t// An input\n\t\t\t// of no use.\n\t\t\tt.Skip()\n\t\t}\n";
    assert!(!is_skipped(&fuzz(guarded)));
    assert!(is_skipped(&fuzz("\t\tt.Skip()\n")));
}

#[test]
fn a_test_that_is_born_skipped_never_ran() {
    let kind = SignalKind::TestSkipped;
    let test =
        |name: &str| format!("\t@Test\n\t@Disabled(\"x\")\n\tpublic void {name}() {{\n\t}}\n");
    let ran = |name: &str| format!("\t@Test\n\tpublic void {name}() {{\n\t}}\n");
    let path = "src/test/java/ATest.java";
    assert!(!has(kind, &changed(path, &test("a"), "")));
    // What is gone or has another name may be the test.
    assert!(has(kind, &changed(path, &test("a"), &ran("a"))));
    assert!(has(kind, &changed(path, &test("aNew"), &ran("a"))));
    assert!(!has(kind, &changed(path, &(ran("a") + &test("b")), &ran("a"))));
    assert!(has(kind, &changed("a.test.js", "it.skip('a', () => {", "it('a', () => {")));
    assert!(!has(kind, &changed("a.test.js", "it.skip('a', () => {", "")));
    let go = |inner: &str| format!("func TestA(t *testing.T) {{\n{inner}}}\n");
    assert!(!has(kind, &changed("a_test.go", &go("\tt.Skip(\"x\")\n"), "")));
    assert!(has(kind, &changed("a_test.go", &go("\tt.Skip(\"x\")\n"), &go(""))));
}

#[test]
fn another_reason_skips_no_other_test() {
    let kind = SignalKind::TestSkipped;
    let path = "src/test/java/ATest.java";
    let test = |why: &str, name: &str| {
        format!("\t@Test\n\t@Disabled(\"{why}\")\n\tpublic void {name}() throws X {{\n\t}}\n")
    };
    assert!(!has(kind, &changed(path, &test("why", "a"), &test("another", "a"))));
    assert!(has(kind, &changed(path, &test("why", "a"), &test("another", "b"))));
    let go = |why: &str| format!("func TestA(t *testing.T) {{\n\tt.Skip(\"{why}\")\n}}\n");
    assert!(!has(kind, &changed("a_test.go", &go("a"), &go("nothing in common"))));
}

#[test]
fn a_test_that_may_fail_is_a_check_without_effect() {
    let kind = SignalKind::CheckBypassed;
    for (line, expected) in [
        ("@pytest.mark.xfail(reason='broken', strict=False)", true),
        ("@pytest.mark.xfail", true),
        ("@pytest.mark.xfail(reason='broken', strict=True)", false),
        ("@pytest.mark.xfail(sys.platform == 'win32', reason='x')", false),
    ] {
        assert_eq!(has(kind, &found("tests/test_a.py", &[line], &[])), expected, "{line}");
    }
}

#[test]
fn migrations_that_delete() {
    proves(
        SignalKind::DestructiveMigration,
        &[
            ("db/migration/V2__x.sql", "DROP TABLE patients;"),
            ("migrations/2.sql", "ALTER TABLE patients DROP COLUMN ssn;"),
            ("a.sql", "TRUNCATE TABLE visits;"),
            ("a.sql", "delete from visits;"),
            ("a.sql", "DROP DATABASE clinic;"),
            ("alembic/versions/1_x.py", "    op.drop_column('patients', 'ssn')"),
            ("db/migrate/2_x.rb", "    drop_table :patients"),
            ("app/migrations/0002_x.py", "        migrations.DeleteModel(name='Patient'),"),
            (
                "db/changelog/2.xml",
                "        <dropColumn tableName=\"patients\" columnName=\"ssn\"/>",
            ),
            ("migrations/2.js", "    return knex.schema.dropTable('patients');"),
        ],
        &[
            ("db/migration/V2__x.sql", "CREATE TABLE patients (id int);"),
            ("a.sql", "DELETE FROM visits WHERE id = 1;"),
            ("a.sql", "DELETE FROM visits"),
            ("a.sql", "-- DROP TABLE patients;"),
            ("migrations/2.down.sql", "CREATE TABLE patients;"),
            ("a.sql", "DROP INDEX patients_by_name;"),
            ("a.sql", "DROP TEMPORARY TABLE x;"),
            ("schema.sql", "DROP TABLE IF EXISTS patients;"),
            ("src/migration/A.java", "    public void dropColumn(Column column) {"),
            ("src/a.py", "    op.drop_column('patients', 'ssn')"),
            ("README.md", "DROP TABLE patients;"),
            ("migrations/2.sql", "ALTER TABLE patients ADD COLUMN dropped int;"),
        ],
    );
    let lines = ["def downgrade():", "    op.drop_table('patients')"];
    assert!(!has(SignalKind::DestructiveMigration, &found("alembic/versions/1_x.py", &lines, &[])));
}
