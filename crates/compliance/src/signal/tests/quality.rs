use super::{SignalKind, found, has, proves};

#[test]
fn tests_that_are_skipped() {
    proves(
        SignalKind::TestSkipped,
        &[
            ("src/test/java/ATest.java", "    @Disabled(\"flaky\")"),
            ("src/test/java/ATest.java", "    @Ignore"),
            ("a.test.js", "  it.skip('works', () => {"),
            ("a.spec.ts", "describe.skip('all', () => {"),
            ("a.spec.js", "xit('works', () => {"),
            ("a_test.go", "\tt.Skip(\"flaky\")"),
            ("tests/test_a.py", "@pytest.mark.skip(reason='flaky')"),
            ("tests/test_a.py", "    @unittest.skip('flaky')"),
            ("src/a.rs", "    #[ignore]"),
            ("tests/ATests.cs", "    [Fact(Skip = \"flaky\")]"),
            ("spec/a_spec.rb", "  xit 'works' do"),
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
    let lines = ["\tif testing.Short() {", "\t\tt.Skip(\"slow\")"];
    assert!(!has(SignalKind::TestSkipped, &found("a_test.go", &lines, &[])));
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
