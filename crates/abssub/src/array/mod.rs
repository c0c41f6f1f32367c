
pub mod run;

