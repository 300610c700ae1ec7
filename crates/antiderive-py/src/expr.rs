//! The Python class `Expr`.

use std::cell::RefCell;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use antiderive_core::evaluate::{Evaluator, Point};
use antiderive_core::expr::Expr as Core;
use antiderive_core::number::Number;
use antiderive_core::numeric::C64;
use antiderive_core::operators::Op;
use antiderive_core::parse::Note;
use antiderive_core::store::{Id, Node, Store};
use antiderive_core::symbols::{symbols_in, Symbol};
use antiderive_core::{prefix, print, Error, Result};
use num_bigint::BigInt;
use num_complex::Complex64;
use num_rational::BigRational;
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString, PyTuple};

use crate::errors::to_python;

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store::default());
}

/// The function that loads the bridge to SymPy.
static SYMPY_BRIDGE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Registers what `Expr.to_sympy` and `Expr.from_sympy` call: `load()` returns an object with functions of
/// these names. The first registration stays.
#[pyfunction]
pub fn set_sympy_bridge(py: Python<'_>, load: Py<PyAny>) {
    let _ = SYMPY_BRIDGE.set(py, load);
}

fn sympy_bridge(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    let load = SYMPY_BRIDGE.get(py).ok_or_else(|| {
        let message = "no conversion to SymPy is registered; import antiderive.expressions";
        to_python(py, &Error::Unsupported(message.into()), None)
    })?;
    load.bind(py).call0()
}

/// Runs `work` with this thread's store, emptied first.
fn with_store<T>(work: impl FnOnce(&mut Store) -> Result<T>) -> Result<T> {
    STORE.with(|store| match store.try_borrow_mut() {
        Ok(mut store) => {
            store.clear();
            work(&mut store)
        }
        // A signal handler that computes while an operation runs gets a store of its own.
        Err(_) => work(&mut Store::default()),
    })
}

/// Runs `work` in a store and returns its result as a new expression.
fn build(
    py: Python<'_>,
    text: Option<&str>,
    work: impl FnOnce(&mut Store) -> Result<Id> + Send,
) -> PyResult<Expr> {
    py.detach(|| {
        with_store(|store| {
            let id = work(store)?;
            Ok(Expr(Core::export(store, id)))
        })
    })
    .map_err(|e| to_python(py, &e, text))
}

/// An exact symbolic expression in canonical form.
#[pyclass(frozen, module = "antiderive", from_py_object)]
#[derive(Clone)]
pub struct Expr(pub Core);

/// The other operand of an expression in arithmetic.
struct Operand(Core);

impl<'a, 'py> FromPyObject<'a, 'py> for Operand {
    type Error = PyErr;

    fn extract(value: Borrowed<'a, 'py, PyAny>) -> PyResult<Self> {
        let py = value.py();
        if let Ok(expr) = value.cast::<Expr>() {
            return Ok(Operand(expr.get().0.clone()));
        }
        let number = to_number(&value)?;
        let made = with_store(|store| {
            let id = store.num(&number)?;
            Ok(Core::export(store, id))
        });
        made.map(Operand).map_err(|e| to_python(py, &e, None))
    }
}

/// An exact number: `int` or `fractions.Fraction`.
fn to_number(value: &Bound<'_, PyAny>) -> PyResult<Number> {
    if value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>() {
        return Ok(Number::from(value.extract::<BigInt>()?));
    }
    if value.is_instance_of::<PyFloat>()
        || value.is_instance_of::<PyBool>()
        || value.is_instance_of::<PyString>()
    {
        return Err(PyTypeError::new_err(format!(
            "expected an expression or an exact number (int or fractions.Fraction), got {}",
            value.get_type().name()?
        )));
    }
    let (Ok(num), Ok(den)) = (value.getattr("numerator"), value.getattr("denominator")) else {
        return Err(PyTypeError::new_err(format!(
            "expected an expression or an exact number (int or fractions.Fraction), got {}",
            value.get_type().name()?
        )));
    };
    let (num, den) = (num.extract::<BigInt>()?, den.extract::<BigInt>()?);
    if den == BigInt::from(0) {
        return Err(PyTypeError::new_err("a fraction with denominator 0"));
    }
    Ok(Number::from(BigRational::new(num, den)))
}

/// A symbol by name or as an expression.
fn to_symbol(value: &Bound<'_, PyAny>) -> PyResult<Symbol> {
    if let Ok(expr) = value.cast::<Expr>() {
        let core = &expr.get().0;
        if let Node::Symbol(symbol) = core.dag().node(core.root()) {
            return Ok(symbol);
        }
        return Err(PyTypeError::new_err(format!("expected a symbol, got the expression {core}")));
    }
    let name: String =
        value.extract().map_err(|_| PyTypeError::new_err("expected a symbol: its name or an expression"))?;
    symbol_named(value.py(), &name)
}

fn symbol_named(py: Python<'_>, name: &str) -> PyResult<Symbol> {
    Symbol::from_name(name).ok_or_else(|| {
        to_python(
            py,
            &Error::Setting(format!(
                "unknown symbol '{name}'; there are x y z t, a0 to a9, Y and single letters"
            )),
            None,
        )
    })
}

impl Expr {
    fn unary(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Store, Id) -> Result<Id> + Send,
    ) -> PyResult<Expr> {
        build(py, None, |store| {
            let id = self.0.import(store)?;
            work(store, id)
        })
    }

    fn binary(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PyAny>,
        swap: bool,
        work: impl FnOnce(&mut Store, Id, Id) -> Result<Id> + Send,
    ) -> PyResult<Py<PyAny>> {
        let Ok(Operand(other)) = other.extract::<Operand>() else {
            // Floats and strings too: Python then raises the TypeError that names both types.
            return Ok(py.NotImplemented());
        };
        let made = build(py, None, |store| {
            let (a, b) = (self.0.import(store)?, other.import(store)?);
            if swap {
                work(store, b, a)
            } else {
                work(store, a, b)
            }
        })?;
        Ok(made.into_pyobject(py)?.into_any().unbind())
    }
}

#[pymethods]
impl Expr {
    /// Reads infix text, or takes an exact number.
    #[new]
    fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if let Ok(text) = value.cast::<PyString>() {
            let text = text.to_str()?.to_owned();
            return build(value.py(), Some(&text), |store| {
                antiderive_core::parse::parse_expression(store, &text)
            });
        }
        value.extract::<Operand>().map(|operand| Expr(operand.0))
    }

    /// Reads infix text; also returns which reading was taken where it has two.
    #[staticmethod]
    fn read(py: Python<'_>, text: &str) -> PyResult<(Self, Vec<String>)> {
        let mut notes = Vec::new();
        let expr = build(py, Some(text), |store| {
            let reading = antiderive_core::parse::read(store, text)?;
            let line = |note: Note| format!("{} (column {})", note.message, note.position + 1);
            notes = reading.notes.into_iter().map(line).collect();
            Ok(reading.id)
        })?;
        Ok((expr, notes))
    }

    /// Reads the prefix form.
    #[staticmethod]
    fn from_prefix(py: Python<'_>, text: &str) -> PyResult<Self> {
        build(py, Some(text), |store| prefix::from_prefix(store, text))
    }

    /// Reads the token ids of the prefix form.
    #[staticmethod]
    fn from_tokens(py: Python<'_>, tokens: Vec<u8>) -> PyResult<Self> {
        let tokens: Vec<prefix::Token> = tokens.into_iter().map(prefix::Token).collect();
        build(py, None, |store| prefix::from_tokens(store, &tokens))
    }

    /// The operator `name` of the operator table applied to `arguments`.
    #[staticmethod]
    #[pyo3(signature = (name, *arguments))]
    fn apply(py: Python<'_>, name: &str, arguments: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let Some(op) = Op::from_name(name) else {
            return Err(to_python(py, &Error::Setting(format!("unknown operator '{name}'")), None));
        };
        let operands =
            arguments.iter().map(|a| Ok(a.extract::<Operand>()?.0)).collect::<PyResult<Vec<Core>>>()?;
        let nary = matches!(op, Op::Add | Op::Mul);
        let arity = op.row().arity as usize;
        if !nary && operands.len() != arity {
            return Err(PyTypeError::new_err(format!(
                "'{name}' takes {arity} arguments, got {}",
                operands.len()
            )));
        }
        build(py, None, |store| {
            let ids = operands.iter().map(|o| o.import(store)).collect::<Result<Vec<Id>>>()?;
            match (op, ids.as_slice()) {
                (Op::Add, ids) => store.add(ids),
                (Op::Mul, ids) => store.mul(ids),
                (_, [a]) => store.apply(op, *a),
                (_, [a, b]) => store.apply2(op, *a, *b),
                _ => Err(Error::Unsupported(format!("'{name}' with {} arguments", ids.len()))),
            }
        })
    }

    /// Infix text that `Expr` reads back.
    fn to_infix(&self) -> String {
        self.0.to_string()
    }

    /// Prefix form, token names separated by spaces.
    fn to_prefix(&self) -> String {
        prefix::to_prefix(self.0.dag(), self.0.root())
    }

    /// LaTeX for display.
    fn to_latex(&self) -> String {
        print::latex(self.0.dag(), self.0.root())
    }

    /// Token ids of the prefix form; refuses symbols that are not in the vocabulary.
    fn to_tokens(&self, py: Python<'_>) -> PyResult<Vec<u32>> {
        let tokens = self.0.tokens();
        if let Some(token) = tokens.iter().find(|t| t.0 as usize >= prefix::VOCABULARY) {
            let message = format!(
                "the symbol '{}' is not in the vocabulary; use a0 to a9 for parameters",
                token.name()
            );
            return Err(to_python(py, &Error::Unsupported(message), None));
        }
        // A vector of bytes would become `bytes` in Python.
        Ok(tokens.into_iter().map(|t| u32::from(t.0)).collect())
    }

    /// The same expression in SymPy.
    fn to_sympy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        sympy_bridge(slf.py())?.call_method1("to_sympy", (slf,))
    }

    /// The expression of a SymPy object.
    #[staticmethod]
    fn from_sympy<'py>(py: Python<'py>, value: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        sympy_bridge(py)?.call_method1("from_sympy", (value,))
    }

    /// Nodes with arguments before the nodes that use them, the root last; see the type stub.
    fn nodes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let dag = self.0.dag();
        let mut out = Vec::new();
        for index in 0..=self.0.root().index() {
            let id = self.0.node_at(index);
            let args: Vec<usize> = dag.arguments(id).as_slice().iter().map(|a| a.index()).collect();
            let (kind, value) = match dag.node(id) {
                Node::Number(_) => {
                    let number = dag.number(id).cloned().unwrap_or(Number::ZERO);
                    let pair = (number.numer(), number.denom()).into_pyobject(py)?;
                    out.push(("number", pair).into_pyobject(py)?);
                    continue;
                }
                Node::Symbol(symbol) => {
                    out.push(("symbol", symbol.name()).into_pyobject(py)?);
                    continue;
                }
                Node::Function(op, _) => (op.row().name, args),
                Node::Pow(..) => ("pow", args),
                Node::Add(_) => ("add", args),
                Node::Mul(_) => ("mul", args),
            };
            out.push((kind, value).into_pyobject(py)?);
        }
        Ok(out)
    }

    /// Derivative with respect to a symbol.
    #[pyo3(signature = (symbol, times=1))]
    fn diff(&self, py: Python<'_>, symbol: &Bound<'_, PyAny>, times: usize) -> PyResult<Self> {
        let symbol = to_symbol(symbol)?;
        self.unary(py, |store, mut id| {
            for _ in 0..times {
                id = store.diff(id, symbol)?;
            }
            Ok(id)
        })
    }

    /// Replaces sub-expressions, all at once.
    fn subs(&self, py: Python<'_>, replacements: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut pairs = Vec::new();
        for (from, to) in replacements {
            let from = match from.cast::<PyString>() {
                Ok(name) => {
                    let symbol = symbol_named(py, name.to_str()?)?;
                    with_store(|store| Ok(Core::export(store, Id::symbol(symbol))))
                        .map_err(|e| to_python(py, &e, None))?
                }
                Err(_) => from.extract::<Operand>()?.0,
            };
            pairs.push((from, to.extract::<Operand>()?.0));
        }
        self.unary(py, |store, id| {
            let ids = pairs
                .iter()
                .map(|(from, to)| Ok((from.import(store)?, to.import(store)?)))
                .collect::<Result<Vec<_>>>()?;
            store.subs(id, &ids)
        })
    }

    /// Products and powers of sums multiplied out.
    fn expand(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, Store::expand)
    }

    /// Sums over a common denominator.
    fn together(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, Store::together)
    }

    /// Factors that all terms of a sum share, taken out.
    fn factor(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, Store::factor)
    }

    /// The shortest of several rewrites.
    fn simplify(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, |store, id| Ok(store.simplify(id)))
    }

    /// The skeleton: the prefix form with numeric constants abstracted away.
    fn skeleton(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| {
            with_store(|store| {
                let id = self.0.import(store)?;
                store.skeleton(id)
            })
        })
        .map_err(|e| to_python(py, &e, None))
    }

    /// Names of the symbols that occur, constants aside.
    #[getter]
    fn free_symbols(&self) -> std::collections::HashSet<&'static str> {
        symbols_in(self.0.symbols()).map(Symbol::name).collect()
    }

    /// Names of the symbols other than the variable that stand for numbers, in canonical order.
    #[pyo3(signature = (variable=None))]
    fn parameters(&self, variable: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<&'static str>> {
        let variable = variable.map_or(Ok(Symbol::X), to_symbol)?;
        let others = self.0.symbols() & !variable.bit() & !Symbol::unknowns();
        Ok(symbols_in(others).map(Symbol::name).collect())
    }

    /// Whether the unknown function or a derivative of it occurs.
    #[getter]
    fn is_equation(&self) -> bool {
        self.0.symbols() & Symbol::unknowns() != 0
    }

    /// Number of operators of the prefix form.
    #[getter]
    fn operators(&self) -> usize {
        self.0.operators()
    }

    /// Nesting depth; a symbol or number has 1.
    #[getter]
    fn depth(&self) -> usize {
        let dag = self.0.dag();
        let mut depth = vec![1; self.0.root().index() + 1];
        for index in 0..depth.len() {
            let below =
                dag.arguments(self.0.node_at(index)).as_slice().iter().map(|a| depth[a.index()]).max();
            depth[index] += below.unwrap_or(0);
        }
        depth[self.0.root().index()]
    }

    /// Whether the expression is a number.
    #[getter]
    fn is_number(&self) -> bool {
        self.0.dag().number(self.0.root()).is_some()
    }

    /// Value in complex double precision; arrays give an array.
    #[pyo3(signature = (**values))]
    fn evaluate(&self, py: Python<'_>, values: Option<&Bound<'_, PyDict>>) -> PyResult<Py<PyAny>> {
        let mut evaluator = Evaluator::new(self.0.dag(), self.0.root());
        self.at_points(py, values, 1, |point, out| out.push(complex(evaluator.value(point))))
            .map(|mut columns| columns.remove(0))
    }

    /// Value and derivative with respect to `symbol`, both without a symbolic derivative.
    #[pyo3(signature = (symbol, **values))]
    fn evaluate_dual(
        &self,
        py: Python<'_>,
        symbol: &Bound<'_, PyAny>,
        values: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let symbol = to_symbol(symbol)?;
        let mut evaluator = Evaluator::new(self.0.dag(), self.0.root());
        let mut columns = self.at_points(py, values, 2, |point, out| {
            let dual = evaluator.dual(point, symbol);
            out.extend([complex(dual.value), complex(dual.slope)]);
        })?;
        Ok((columns.remove(0), columns.remove(0)))
    }

    fn __add__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, false, |store, a, b| store.add(&[a, b]))
    }

    fn __radd__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, true, |store, a, b| store.add(&[a, b]))
    }

    fn __sub__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, false, Store::sub)
    }

    fn __rsub__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, true, Store::sub)
    }

    fn __mul__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, false, |store, a, b| store.mul(&[a, b]))
    }

    fn __rmul__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, true, |store, a, b| store.mul(&[a, b]))
    }

    fn __truediv__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, false, Store::div)
    }

    fn __rtruediv__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        self.binary(py, other, true, Store::div)
    }

    fn __pow__(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PyAny>,
        modulo: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        refuse_modulo(modulo)?;
        self.binary(py, other, false, Store::pow)
    }

    fn __rpow__(
        &self,
        py: Python<'_>,
        other: &Bound<'_, PyAny>,
        modulo: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        refuse_modulo(modulo)?;
        self.binary(py, other, true, Store::pow)
    }

    fn __neg__(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, Store::neg)
    }

    fn __pos__(&self) -> Self {
        self.clone()
    }

    fn __abs__(&self, py: Python<'_>) -> PyResult<Self> {
        self.unary(py, |store, id| store.apply(Op::Abs, id))
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.extract::<Operand>().is_ok_and(|operand| operand.0 == self.0)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        // A number equals the Python number of the same value, so it must hash like it.
        if let Some(number) = self.0.dag().number(self.0.root()) {
            let pair = (number.numer(), number.denom());
            return py.import("fractions")?.getattr("Fraction")?.call1(pair)?.hash();
        }
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        Ok(hasher.finish() as isize)
    }

    fn __repr__(&self) -> String {
        let text = self.0.to_string();
        if text.contains('\'') {
            format!("Expr(\"{text}\")")
        } else {
            format!("Expr('{text}')")
        }
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn _repr_latex_(&self) -> String {
        format!("${}$", self.to_latex())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().getattr("from_prefix")?, (slf.get().to_prefix(),)))
    }
}

/// Python's three-argument `pow` makes no sense here.
fn refuse_modulo(modulo: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
    match modulo {
        Some(_) => Err(PyTypeError::new_err("an expression has no modular power")),
        None => Ok(()),
    }
}

fn complex(value: C64) -> Complex64 {
    if value.is_finite() {
        Complex64::new(value.re, value.im)
    } else {
        Complex64::new(f64::NAN, f64::NAN)
    }
}

impl Expr {
    /// Calls `evaluate` at every point and returns `columns` scalars or arrays.
    fn at_points(
        &self,
        py: Python<'_>,
        values: Option<&Bound<'_, PyDict>>,
        columns: usize,
        mut evaluate: impl FnMut(&Point, &mut Vec<Complex64>),
    ) -> PyResult<Vec<Py<PyAny>>> {
        let mut point = Point::default();
        let mut given = 0;
        let mut arrays: Vec<(Symbol, Bound<'_, PyAny>)> = Vec::new();
        for (name, value) in values.into_iter().flatten() {
            let symbol = symbol_named(py, &name.extract::<String>()?)?;
            given |= symbol.bit();
            match value.extract::<Complex64>() {
                Ok(z) if !value.hasattr("__array__")? || !value.hasattr("shape")? => {
                    point.set(symbol, c64(z));
                }
                _ => arrays.push((symbol, value)),
            }
        }
        let missing: Vec<&str> = symbols_in(self.0.symbols() & !given).map(Symbol::name).collect();
        if !missing.is_empty() {
            let message = format!("no value for {}", missing.join(", "));
            return Err(to_python(py, &Error::Setting(message), None));
        }
        let mut out = Vec::with_capacity(columns);
        if arrays.is_empty() {
            evaluate(&point, &mut out);
            return out.into_iter().map(|z| Ok(z.into_pyobject(py)?.into_any().unbind())).collect();
        }
        let numpy = py.import("numpy")?;
        let (symbols, inputs): (Vec<Symbol>, Vec<Bound<'_, PyAny>>) = arrays.into_iter().unzip();
        let inputs = numpy.call_method1("broadcast_arrays", PyTuple::new(py, inputs)?)?;
        let mut shape = None;
        let mut flat: Vec<PyReadonlyArray1<'_, Complex64>> = Vec::new();
        for input in inputs.try_iter()? {
            let input = input?;
            shape = Some(input.getattr("shape")?);
            let column = numpy.call_method1("ravel", (input,))?.call_method1("astype", ("complex128",))?;
            flat.push(column.extract()?);
        }
        let slices = flat.iter().map(|a| a.as_slice()).collect::<std::result::Result<Vec<_>, _>>()?;
        let length = slices.first().map_or(0, |s| s.len());
        out.reserve(length * columns);
        for index in 0..length {
            for (symbol, slice) in symbols.iter().zip(&slices) {
                point.set(*symbol, c64(slice[index]));
            }
            evaluate(&point, &mut out);
        }
        (0..columns)
            .map(|column| {
                let values: Vec<Complex64> = out.iter().skip(column).step_by(columns).copied().collect();
                let array = PyArray1::from_vec(py, values);
                Ok(array.call_method1("reshape", (&shape,))?.unbind())
            })
            .collect()
    }
}

fn c64(z: Complex64) -> C64 {
    antiderive_core::numeric::c(z.re, z.im)
}
