//! `range`, with everything that it goes over.

use super::slot::{Slot, behind_pointer};
use super::{Evaluated, Flow, State, shown};
use crate::template::syntax::Branch;
use crate::value::print::sort_entries;
use crate::value::{Element, Value};

impl<'t> State<'t, '_, '_> {
    pub(super) fn range(&mut self, dot: &Slot, branch: &'t Branch) -> Evaluated<Flow> {
        let scope = self.variables.len();
        let value = behind_pointer(self.pipeline(dot, &branch.pipeline)?.into_value());
        let ran = match value {
            Value::Nil => false,
            Value::Int(count) => self.range_count(branch, &value, count, Value::Int)?,
            Value::Int64(count) => self.range_count(branch, &value, count, Value::Int64)?,
            Value::Duration(count) => self.range_count(branch, &value, count, Value::Duration)?,
            Value::Uint64(count) => {
                let limit = i64::try_from(count).unwrap_or(i64::MAX);
                self.range_count(branch, &value, limit, |number| Value::Uint64(number.unsigned_abs()))?
            }
            Value::Uint8(count) => self.range_count(branch, &value, i64::from(count), |number| {
                Value::Uint8(u8::try_from(number).unwrap_or(0))
            })?,
            Value::List(list) => {
                for (index, item) in (0_i64..).zip(list.iter()) {
                    let item = Slot::item(list.element(), item.clone());
                    if !self.iteration(branch, Slot::concrete(Value::Int(index)), &item)? {
                        break;
                    }
                }
                !list.is_empty()
            }
            Value::Map(map) => {
                let entries = map.entries();
                let ran = !entries.is_empty();
                for (key, item) in entries {
                    let item = Slot::item(map.element(), item);
                    if !self.iteration(branch, Slot::concrete(Value::Str(key)), &item)? {
                        break;
                    }
                }
                ran
            }
            Value::AnyMap(map) => {
                let mut entries = map.entries();
                sort_entries(&mut entries).map_err(|error| self.print_error(error))?;
                let ran = !entries.is_empty();
                for (key, item) in entries {
                    if !self.iteration(branch, Slot::any(key), &Slot::item(Element::Any, item))? {
                        break;
                    }
                }
                ran
            }
            other => {
                let shown = shown(&other);
                return Err(self.fail(format!("range can't iterate over {shown}")));
            }
        };
        let mut flow = Flow::On;
        if !ran && let Some(otherwise) = &branch.otherwise {
            flow = self.walk(dot, otherwise)?;
        }
        self.variables.truncate(scope);
        Ok(flow)
    }

    fn range_count(
        &mut self,
        branch: &'t Branch,
        value: &Value,
        count: i64,
        item: impl Fn(i64) -> Value,
    ) -> Evaluated<bool> {
        if branch.pipeline.variables.len() > 1 {
            let shown = shown(value);
            return Err(self.fail(format!("can't use {shown} to iterate over more than one variable")));
        }
        for number in 0..count {
            if !self.iteration(branch, Slot::invalid(), &Slot::concrete(item(number)))? {
                break;
            }
        }
        Ok(count > 0)
    }

    /// One round of a `range`; false when it was the last one.
    fn iteration(&mut self, branch: &'t Branch, index: Slot, item: &Slot) -> Evaluated<bool> {
        self.spend(1)?;
        let scope = self.variables.len();
        let pipeline = &branch.pipeline;
        match (pipeline.variables.as_slice(), pipeline.assigns) {
            ([name], true) => self.assign(name, item.clone())?,
            ([first, second], true) => {
                self.assign(first, index)?;
                self.assign(second, item.clone())?;
            }
            ([], _) => {}
            (names, _) => {
                // The pipeline has declared them, in this order, just before.
                let values = if names.len() == 1 { vec![item.clone()] } else { vec![index, item.clone()] };
                for (variable, value) in self.variables[scope - names.len()..].iter_mut().zip(values) {
                    variable.1 = value;
                }
            }
        }
        let flow = self.walk(item, &branch.body)?;
        self.variables.truncate(scope);
        Ok(flow != Flow::Break)
    }
}
