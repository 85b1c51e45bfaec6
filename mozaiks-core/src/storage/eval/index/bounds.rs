//! What a filter demands of a field, as stretches of its values.

use bson::RawBsonRef;

use super::{
    super::{
        filter::{Demand, Operator},
        kind::Bracket,
        number::Number,
        path::elements,
    },
    encode::{encode_value, end_byte, first_byte},
    interval::{Edge, Interval, intersect, normalize},
};

/// Where the keys are of the documents that meet a demand.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// In order, without overlaps.
    pub(super) intervals: Vec<Interval>,
    /// Whether documents without the field meet it too.
    pub(super) missing: bool,
}

impl Bounds {
    /// The bounds of one demand; none if it has none, because too much meets it, or what has no key.
    pub(super) fn of(demand: &Demand<'_>) -> Option<Self> {
        let (intervals, missing) = match demand {
            Demand::Compare(operator, operand) => (compared(*operator, *operand)?, is_null(*operand)),
            Demand::In(values) => {
                let points = values.iter().map(|value| equal(*value)).collect::<Option<Vec<_>>>()?;
                (points.into_iter().flatten().collect(), values.iter().any(|value| is_null(*value)))
            }
            // An element is there, so that it is never missing.
            Demand::Element(demands) => (Self::all(demands)?.intervals, false),
        };
        Some(Self { intervals: normalize(intervals), missing })
    }

    /// The bounds of demands on one value; none if none of them has any.
    pub(super) fn all(demands: &[Demand<'_>]) -> Option<Self> {
        demands.iter().filter_map(Self::of).reduce(|a, b| Self {
            intervals: intersect(&a.intervals, &b.intervals),
            missing: a.missing && b.missing,
        })
    }

    /// The best bounds of demands that different values may meet.
    pub(super) fn any(demands: &[Demand<'_>]) -> Option<Self> {
        demands
            .iter()
            .filter_map(Self::of)
            .min_by_key(|bounds| (!bounds.are_points(), bounds.intervals.len()))
    }

    /// Whether there are only single values in it.
    pub(super) fn are_points(&self) -> bool {
        self.intervals.iter().all(|interval| interval.as_point().is_some())
    }
}

fn is_null(value: RawBsonRef<'_>) -> bool {
    matches!(value, RawBsonRef::Null | RawBsonRef::Undefined)
}

/// An array also equals a whole array, which has a key for each of its elements: the first one's, too, then.
fn equal(operand: RawBsonRef<'_>) -> Option<Vec<Interval>> {
    let point = |value| encode_value(value).ok().map(Interval::point);
    Some(match operand {
        RawBsonRef::Null | RawBsonRef::Undefined => {
            vec![point(RawBsonRef::Undefined)?, point(RawBsonRef::Null)?]
        }
        RawBsonRef::Array(array) => {
            let first = elements(array).next().transpose().ok()?;
            vec![point(operand)?, point(first.unwrap_or(RawBsonRef::Undefined))?]
        }
        operand => vec![point(operand)?],
    })
}

fn compared(operator: Operator, operand: RawBsonRef<'_>) -> Option<Vec<Interval>> {
    let bracket = Bracket::of(operand.element_type());
    let nan = Number::of(operand).is_some_and(Number::is_nan);
    if operator == Operator::Equal || is_null(operand) || nan {
        // Null and NaN are only comparable to themselves.
        return equal(operand);
    }
    if matches!(bracket, Bracket::Array | Bracket::MinKey | Bracket::MaxKey) {
        // Whole arrays have no key, and the ends of the order are compared with everything.
        return None;
    }
    let value = encode_value(operand).ok()?;
    let (least, greatest) = (Edge::Before(vec![first_byte(bracket)]), Edge::Before(vec![end_byte(bracket)]));
    Some(vec![match operator {
        Operator::Equal => return equal(operand),
        Operator::Greater => Interval { lower: Edge::After(value), upper: greatest },
        Operator::GreaterOrEqual => Interval { lower: Edge::Before(value), upper: greatest },
        Operator::Less => Interval { lower: least, upper: Edge::Before(value) },
        Operator::LessOrEqual => Interval { lower: least, upper: Edge::After(value) },
    }])
}
