//! A scan asks for no memory line by line: a text of twice as many lines needs no more blocks than the growing of a few
//! lists, and what is found needs a few each.

use gitops_health_sanitize::Scanner;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// The lists that grow with a text do so by doubling.
const GROWN_LISTS: u64 = 12;

/// What is kept of a finding beyond its place in a list, such as the name of its rule and that of its field, and what it
/// takes to see whether a date was made up.
const BLOCKS_OF_FINDING: u64 = 5;

/// Lines of each kind, none of which says anything about anybody; numbers and capitals make candidates of them.
fn lines(kind: usize, number: usize) -> String {
    let (one, two) = (number % 97, number % 89 + 11);
    match kind {
        0 => "the water of the river goes under a small house and over white stones\n".into(),
        1 => format!("{one},{two},{number}\n"),
        2 => format!(
            "2024-05-{:02} 12:{:02}:07 INFO  listening on port {number} for {two} ms\n",
            one % 28 + 1,
            two % 60
        ),
        3 => format!(
            "    if (server.port_{one} != {two} && !strcmp(name, \"item{number}\")) return reply(C_ERR, {one}.{two});\n"
        ),
        4 => format!("  - name: Item {number}\n    image: registry/app:{one}.{two}.0\n"),
        5 => format!(
            "The River Patrol treated doctors and patients of Ward {one} in the Clinic at Dover.\n"
        ),
        _ => unreachable!("no more kinds"),
    }
}

#[test]
fn a_longer_text_asks_for_no_more_memory() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let scanner = Scanner::new();
    for kind in 0..6 {
        let text = |count: usize| (0..count).map(|number| lines(kind, number)).collect::<String>();
        let (short, long) = (text(2000), text(4000));
        // Patterns are compiled when they are met first.
        scanner.scan(long.as_bytes());
        let counted = |text: &str| {
            let before = dhat::HeapStats::get().total_blocks;
            let found = scanner.scan(text.as_bytes()).len() as u64;
            (dhat::HeapStats::get().total_blocks - before, found)
        };
        let ((once, some), (twice, all)) = (counted(&short), counted(&long));
        let most = once + GROWN_LISTS + BLOCKS_OF_FINDING * (all - some);
        assert!(
            twice <= most,
            "kind {kind}: {once} blocks, {twice} of twice the text; {some} and {all} findings"
        );
    }
}
