//! Command-line flags made from the table of settings.

use super::key::Scope;
use super::layers::{Values, keys_of};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

fn flags(command: Command, scope: Scope, global: bool) -> Command {
    keys_of(scope).filter(|key| !key.secret).fold(command, |command, key| {
        let arg = Arg::new(key.name)
            .long(key.name)
            .value_name(key.value)
            .help(match key.default {
                Some(default) => format!("{} [env: {}] [default: {default}]", key.doc, key.env()),
                None => format!("{} [env: {}]", key.doc, key.env()),
            })
            .global(global)
            .help_heading("Settings");
        let arg = if key.is_switch() {
            arg.num_args(0..=1).require_equals(true).default_missing_value("true")
        } else {
            arg
        };
        command.arg(arg)
    })
}

fn given(matches: &ArgMatches, scope: Scope) -> Values {
    let value = |name| matches.try_get_one::<String>(name).ok().flatten().cloned();
    keys_of(scope).filter_map(|key| Some((key.name, value(key.name)?))).collect()
}

macro_rules! setting_flags {
    ($(#[$doc:meta])* $type:ident, $scope:expr, $global:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default)]
        pub(crate) struct $type(pub(crate) Values);

        impl Args for $type {
            fn augment_args(command: Command) -> Command {
                flags(command, $scope, $global)
            }
            fn augment_args_for_update(command: Command) -> Command {
                Self::augment_args(command)
            }
        }

        impl FromArgMatches for $type {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(given(matches, $scope)))
            }
            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0.extend(given(matches, $scope));
                Ok(())
            }
        }
    };
}

setting_flags!(
    /// Flags of the server's settings.
    ServerFlags, Scope::Server, false
);
setting_flags!(
    /// Flags of the settings of commands that talk to a server.
    ClientFlags, Scope::Client, true
);
