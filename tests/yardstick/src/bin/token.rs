//! Prints a token that the servers here take: `token USER`.

fn main() {
    let user = std::env::args().nth(1).unwrap_or_else(|| "alice".to_owned());
    #[expect(clippy::print_stdout, reason = "it is what it is for")]
    {
        println!("{}", yardstick::token(&user));
    }
}
