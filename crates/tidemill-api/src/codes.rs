//! Error codes of an API as one table: name, code, status, phrase.

macro_rules! codes {
    (
        $(#[$about:meta])* pub enum $name:ident;
        $($(#[$doc:meta])* $variant:ident = $code:literal $status:ident $phrase:literal;)+
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The code on the wire, for example `DIS.4301` or `ModelArts.4352`.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The status it is answered with where a whole request fails.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The fixed start of its message.
            pub fn phrase(self) -> &'static str {
                match self { $(Self::$variant => $phrase),+ }
            }
        }
    };
}
pub(crate) use codes;
