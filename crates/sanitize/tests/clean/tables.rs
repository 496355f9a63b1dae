//! Tables, which end with what they stand in.

use gitops_health_sanitize::Replacement;

use super::{assert_words, cleaned};

#[test]
fn tables_in_strings_end_with_them() {
    for (name, text, expected) in [
        (
            "a.json",
            "{\"d\": \"id|m~rn|last_name\\n1|4817~3654|Thorn~bury\",\n \"b\": \"keep\"}\n",
            "{\"d\": \"id|m~rn|last_name\\n1|[MRN]|[NAME]\",\n \"b\": \"keep\"}\n",
        ),
        (
            "a.sql",
            "INSERT INTO t(a,b)VALUES('\n,m~rn,mail\n,4817~3654,jane@~clinic.org',NULL);\n",
            "INSERT INTO t(a,b)VALUES('\n,m~rn,mail\n,[MRN],[EMAIL]',NULL);\n",
        ),
        (
            "a.sql",
            "INSERT INTO t VALUES ('x;m~rn;last_name\n1;4817~3654;Thorn~bury'\n, NULL);\nINSERT INTO t(m~rn;b)\n",
            "INSERT INTO t VALUES ('x;m~rn;last_name\n1;[MRN];[NAME]'\n, NULL);\nINSERT INTO t(m~rn;b)\n",
        ),
        (
            "a.txt",
            "x = '''\n| m~rn | name |\n|---|---|\n| 4817~3654 | Thorn~bury''', 'y | z'\n",
            "x = '''\n| m~rn | name |\n|---|---|\n| [MRN] | [NAME]''', 'y | z'\n",
        ),
        // A string that began long before.
        (
            "a.sql",
            "VALUES ('of the\nward:\n\nm~rn\tstreet\n4817~3654\t12 El~m Blvd\"', NULL, 'NT7' ,NULL)\n",
            "VALUES ('of the\nward:\n\nm~rn\tstreet\n[MRN]\t[ADDRESS]\"', NULL, 'NT7' ,NULL)\n",
        ),
    ] {
        assert_words(name, text, expected);
    }
}

#[test]
fn quotes_that_open_nothing_end_no_table() {
    let text = "m~rn,last_name,height (5')\n4817~3654,Thorn~bury,6'\n4817~3655,O'Bri~en,5' 2\"\n4817~3656,Ash~down,'x\n";
    let expected =
        "m~rn,last_name,height (5')\n[MRN],[NAME],6'\n[MRN],[NAME],5' 2\"\n[MRN],[NAME],'x\n";
    assert_words("a.csv", text, expected);
}

#[test]
fn what_is_behind_a_column_stays() {
    let text = "patient_name\n\"Jean-~Luc E. John~son\",\"keep\"\nRobert~ Miller\nMary~ Jones\n";
    let expected = "patient_name\n\"[NAME]\",\"keep\"\n[NAME]\n[NAME]\n";
    assert_words("a.csv", text, expected);
    let way = Replacement::Mask;
    assert!(cleaned(&way, "a.csv", &text.replace('~', "")).contains("\",\"keep\"\n"));
}
