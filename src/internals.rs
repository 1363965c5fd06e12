//! What the tests and benchmarks of this package look into. Nothing here is promised: names change and go without notice.

pub mod checksum {
    pub use crate::checksum::{
        ChecksumError, Digest, Hashed, KeyFile, Progress, Reproduction, Surroundings, Transform, combination,
        combine, hash_listing, hash_pieces, of_paths, reproduction,
    };
}

pub mod diagnostic {
    pub use crate::diagnostic::{Code, Diagnostic, Mistake, Refusal};
}

pub mod reference {
    pub use crate::reference::{
        Account, Class, Controller, Elsewhere, Field, Form, Grant, Identity, Kind, Maker, Manifests, Mention,
        Moves, Need, Operated, Origin, Pod, RELOADER, Reference, Reloader, Size, Spoken, Tagged, Unreadable,
        WAVE, Why, Workload, read,
    };
}

pub mod vals {
    pub use crate::vals::References;
}

pub mod rendered {
    pub use crate::rendered::{
        Content, Datum, GivenValues, Marker, Object, ObjectKind, Origin, Piece, Producer, Templates,
        release_pieces, template, templating, unstable, values,
    };
}

pub mod report {
    pub use crate::report::{Layout, draw, schemas};
}

pub mod source {
    pub use crate::source::{
        Accepted, Declared, Fault, HEADER, Left, ListError, ListRequest, Listing, Outside, Patterns, Render,
        Shape, Targets, in_plain, list, unread,
    };

    pub mod config {
        pub use crate::source::config::{Config, schema};
    }
}

pub mod state {
    pub use crate::state::{
        EntryKind, EntrySource, Hook, Listed, Release, Request, Resolved, Visit, keys, read,
    };
}

pub mod targets {
    pub use crate::targets::{Order, TargetError, Writer, check_place};
}

pub mod template {
    pub use crate::template::{MissingKey, Options, Rendered, render};

    pub mod function {
        pub use crate::template::function::{
            Call, Chance, Context, ExecPolicy, Function, FunctionError, Parameter, Registry,
        };
    }

    pub mod effects {
        pub use crate::template::effects::Watch;
    }

    pub mod functions {
        pub use crate::template::functions::registry;
    }
}

pub mod text {
    pub use crate::text::Place;
}

pub mod tree {
    pub use crate::tree::{Entry, Kind, OpenFile, Overlay, Stat, Tree, WorkTree, matches};
}

pub mod value {
    pub use crate::value::{AnyMap, Element, Fields, List, Map, Object, Time, Value};

    pub mod json {
        pub use crate::value::json::{Style, encode};
    }

    pub mod print {
        pub use crate::value::print::{sprint, sprintf};
    }
}

pub mod yaml {
    pub use crate::yaml::{Error, ErrorKind, Limits, Node, encode, parse};
}
