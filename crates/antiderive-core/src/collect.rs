//! Sums and products whose arguments are still being collected.
//!
//! A reader that meets one sign at a time would make the canonical form of every partial sum, which takes
//! quadratic time. Here the canonical form is made once, when the whole is needed.

use crate::error::Result;
use crate::operators::{Meaning, Op};
use crate::store::{Id, Store};

/// An expression, or the arguments of a sum or product that may go on.
#[derive(Debug)]
pub(crate) enum Value {
    Done(Id),
    Sum(Vec<Id>),
    Product(Vec<Id>),
}

impl Value {
    fn into_terms(self, store: &mut Store) -> Result<Vec<Id>> {
        match self {
            Value::Sum(terms) => Ok(terms),
            other => Ok(vec![store.finish(other)?]),
        }
    }

    fn into_factors(self, store: &mut Store) -> Result<Vec<Id>> {
        match self {
            Value::Product(factors) => Ok(factors),
            other => Ok(vec![store.finish(other)?]),
        }
    }
}

impl Store {
    /// The canonical form of a value.
    pub(crate) fn finish(&mut self, value: Value) -> Result<Id> {
        match value {
            Value::Done(id) => Ok(id),
            Value::Sum(terms) => self.add(&terms),
            Value::Product(factors) => self.mul(&factors),
        }
    }

    /// A binary operator applied to values.
    pub(crate) fn collect2(&mut self, op: Op, a: Value, b: Value) -> Result<Value> {
        match op.row().meaning {
            Meaning::Sum => self.join_terms(a, b),
            Meaning::Difference => {
                let b = self.finish(b)?;
                let b = Value::Done(self.neg(b)?);
                self.join_terms(a, b)
            }
            Meaning::Product => self.join_factors(a, b),
            Meaning::Quotient => {
                let b = self.finish(b)?;
                let b = Value::Done(self.pow(b, Id::MINUS_ONE)?);
                self.join_factors(a, b)
            }
            _ => {
                let (a, b) = (self.finish(a)?, self.finish(b)?);
                self.apply2(op, a, b).map(Value::Done)
            }
        }
    }

    fn join_terms(&mut self, a: Value, b: Value) -> Result<Value> {
        let (a, b) = (a.into_terms(self)?, b.into_terms(self)?);
        Ok(Value::Sum(joined(a, b)))
    }

    fn join_factors(&mut self, a: Value, b: Value) -> Result<Value> {
        let (a, b) = (a.into_factors(self)?, b.into_factors(self)?);
        Ok(Value::Product(joined(a, b)))
    }
}

/// Both lists, the shorter one appended: the order does not matter to the canonical form.
fn joined(a: Vec<Id>, b: Vec<Id>) -> Vec<Id> {
    let (mut long, short) = if a.len() < b.len() { (b, a) } else { (a, b) };
    long.extend(short);
    long
}
