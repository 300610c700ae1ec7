//! Canonical forms, one line each: what is typed and what is kept.

use antiderive_core::parse::parse_expression;
use antiderive_core::print::infix;
use antiderive_core::store::Store;

fn canonical(text: &str) -> String {
    let mut store = Store::default();
    match parse_expression(&mut store, text) {
        Ok(id) => infix(store.dag(), id),
        Err(error) => format!("error: {error}"),
    }
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter(|(text, expected)| canonical(text) != *expected)
        .map(|(text, expected)| format!("{text}: expected {expected}, got {}", canonical(text)))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn sums_and_products() {
    check(&[
        ("x + x", "2*x"),
        ("1 + x", "x + 1"),
        ("1 - x", "1 - x"),
        ("x - x", "0"),
        ("y*x", "x*y"),
        ("x*x^2", "x**3"),
        ("x/x", "1"),
        ("2*(x + 1)", "2*x + 2"),
        ("2*(x + 1)*y", "2*y*(x + 1)"),
        ("(2x + 2)*y", "2*y*(x + 1)"),
        ("(x/2 + 1/3)*y", "y*(3*x + 2)/6"),
        ("x - (y - z)", "x - y + z"),
        ("(x - 1)/(1 - x)", "-1"),
        ("(x - y)*(y - x)", "-(x - y)**2"),
        ("(1 - x)*sqrt(x - 1)", "-(x - 1)**(3/2)"),
        ("-(x + y)/sin(1)", "-(x + y)/sin(1)"),
        ("(-x - y)/sin(1)", "-(x + y)/sin(1)"),
        ("1/(1 - x)", "1/(1 - x)"),
        ("x*(1 - x)", "x*(1 - x)"),
        ("-x/(x - 1)", "x/(1 - x)"),
        ("1/(1 - x) + 1/(x - 1)", "0"),
        ("(x - 1)*sqrt(1 - x)", "-(1 - x)**(3/2)"),
        ("1/2 + 1/3", "5/6"),
        ("x + x^2 + 1 + x*y", "x**2 + x*y + x + 1"),
        ("pi + x", "x + pi"),
        ("2^100", "1267650600228229401496703205376"),
    ]);
}

#[test]
fn powers() {
    check(&[
        ("sqrt(x)^2", "x"),
        ("sqrt(x^2)", "sqrt(x**2)"),
        ("(x^2)^3", "x**6"),
        ("(x^(1/2))^(1/2)", "x**(1/4)"),
        ("sqrt(1/x)", "sqrt(1/x)"),
        ("1/sqrt(x)", "1/sqrt(x)"),
        ("sqrt(4x)", "2*sqrt(x)"),
        ("sqrt(-4x)", "2*sqrt(-x)"),
        ("sqrt(2x + 2)", "sqrt(2)*sqrt(x + 1)"),
        ("sqrt(x*y)", "sqrt(x*y)"),
        ("(x*y)^2", "x**2*y**2"),
        ("sqrt(8)", "2*sqrt(2)"),
        ("sqrt(2)*sqrt(3)", "sqrt(6)"),
        ("sqrt(2/3)", "sqrt(6)/3"),
        ("2/sqrt(2)", "sqrt(2)"),
        ("8^(1/3)", "2"),
        ("(-8)^(1/3)", "2*(-1)**(1/3)"),
        ("sqrt(-1)", "I"),
        ("I^2", "-1"),
        ("I^3", "-I"),
        ("sqrt(-2)", "sqrt(2)*I"),
        ("2^(x+1)", "2*2**x"),
        ("4^x", "2**(2*x)"),
        ("(1/2)^x", "2**(-x)"),
        ("x^0", "1"),
        ("0^2", "0"),
        ("1/0", "error: 0**(-1) is undefined"),
        ("x^x*x", "x**(x + 1)"),
        ("7^10^9", "error: a number of more than 8192 bits: it is too large to compute exactly"),
    ]);
}

#[test]
fn functions() {
    check(&[
        ("exp(0)", "1"),
        ("exp(1)", "E"),
        ("exp(x)*exp(y)", "exp(x + y)"),
        ("exp(x)^2", "exp(2*x)"),
        ("sqrt(exp(x))", "sqrt(exp(x))"),
        ("exp(log(x))", "x"),
        ("exp(2*log(x) + y)", "x**2*exp(y)"),
        ("exp(x*log(x))", "x**x"),
        ("log(exp(x))", "log(exp(x))"),
        ("log(1)", "0"),
        ("log(e)", "1"),
        ("log(8)", "3*log(2)"),
        ("log(1/3)", "-log(3)"),
        ("log(-2)", "pi*I + log(2)"),
        ("log(sqrt(x))", "log(x)/2"),
        ("log(1/x)", "log(1/x)"),
        ("log(0)", "error: log(0) is undefined"),
        ("exp(I*pi)", "-1"),
        ("exp(I*pi/3)", "(-1)**(1/3)"),
        ("sin(-x)", "-sin(x)"),
        ("sin(y - x)", "-sin(x - y)"),
        ("cos(-x)", "cos(x)"),
        ("sin(pi/3)", "sqrt(3)/2"),
        ("cos(2*pi/3)", "-1/2"),
        ("tan(pi/4)", "1"),
        ("tan(pi/2)", "error: tan(1/2*pi) is undefined"),
        ("sin(6*pi/7)", "sin(pi/7)"),
        ("cos(6*pi/7)", "-cos(pi/7)"),
        ("sin(asin(x))", "x"),
        ("asin(sin(x))", "asin(sin(x))"),
        ("asin(1)", "pi/2"),
        ("asin(-1)", "-pi/2"),
        ("acos(-1/2)", "2*pi/3"),
        ("atan(sqrt(3))", "pi/3"),
        ("asin(sqrt(2)/2)", "pi/4"),
        ("atanh(1)", "error: atanh(1) is undefined"),
        ("abs(-2x)", "2*abs(x)"),
        ("abs(abs(x))", "abs(x)"),
        ("sign(-3)", "-1"),
        ("acosh(1)", "0"),
    ]);
}

#[test]
fn what_people_type() {
    check(&[
        ("2x sin(x)^2", "2*x*sin(x)**2"),
        ("exp(-x^2)", "exp(-x**2)"),
        ("sqrt(1+x)/x", "sqrt(x + 1)/x"),
        ("e^x", "exp(x)"),
        ("sin x cos x", "sin(x)*cos(x)"),
        ("sin 2x", "sin(2*x)"),
        ("sin^2 x", "sin(x)**2"),
        ("sin x^2", "sin(x**2)"),
        ("sin(x)^2", "sin(x)**2"),
        ("-x^2", "-x**2"),
        ("2^-x", "2**(-x)"),
        ("x^y^z", "x**(y**z)"),
        ("|x - 1|", "abs(x - 1)"),
        ("2|x|", "2*abs(x)"),
        ("x·y − 1", "x*y - 1"),
        ("x² + √x", "x**2 + sqrt(x)"),
        ("0.25x", "x/4"),
        ("a*x + b", "a*x + b"),
        ("ax", "a*x"),
        ("xsin(x)", "x*sin(x)"),
        ("1/(a+b*x)", "1/(a + b*x)"),
        ("log10(x)", "log(x)/log(10)"),
        ("log10(x)^2", "log(x)**2/log(10)**2"),
        ("(x+1)(x-1)", "(x - 1)*(x + 1)"),
        ("arctan(x)", "atan(x)"),
        ("y'' + y = 0", "Y + Y''"),
        ("dy/dx = y", "Y' - Y"),
        ("y' = x*y", "Y' - x*Y"),
        ("d^2y/dx^2 + y(x) = sin(x)", "Y + Y'' - sin(x)"),
        ("y + 1", "y + 1"),
    ]);
}

#[test]
fn places_of_errors() {
    check(&[
        ("x +* 2", "error: expected an operand, found '*' at column 4"),
        ("", "error: expected a formula at column 1"),
        ("x +", "error: the formula ends where an operand is expected at column 4"),
        ("(x", "error: '(' is never closed at column 1"),
        ("x)", "error: ')' without '(' at column 2"),
        ("(x]", "error: ']' closes the '(' of column 1 at column 3"),
        ("foo(x)", "error: unknown function 'foo'; a product of letters is written with * at column 1"),
        ("erf(x)", "error: unknown function 'erf'; a product of letters is written with * at column 1"),
        (
            "x2",
            "error: unknown name 'x2'; coefficients are a0 to a9, a product is written with * at column 1",
        ),
        ("x $ 2", "error: unexpected '$' at column 3"),
        ("sin", "error: 'sin' needs an argument at column 1"),
        ("x == 2", "error: an equation without the unknown y; an integrand has no '=' at column 3"),
        ("y == 2", "error: expected an operand, found '=' at column 4"),
        ("1..2", "error: unexpected '.' at column 3"),
        ("()", "error: expected an operand before ')' at column 2"),
    ]);
}
