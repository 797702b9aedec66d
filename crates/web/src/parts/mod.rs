//! What are pages made of?
//! Each part is a function (or a value that renders) with typed arguments: plain words, addresses and small structs of its own.
//! Parts escape everything that they are given; the one door for ready-made pictures is [`raw`].
//! Never: a record, a definition, a query or a rule in here.

pub mod words;

pub mod icons;
pub mod raw;
pub mod qr;

pub mod buttons;
pub mod light;

pub mod shell;

pub mod cards;
pub mod empty;
pub mod notice;

pub mod filters;
pub mod pager;
pub mod table;
pub mod tabs;

pub mod board;
pub mod heat;
pub mod month;

pub mod facts;
pub mod stepper;
pub mod timeline;
pub mod todo;

pub mod dialog;
pub mod fields;
pub mod files;

pub mod import;
