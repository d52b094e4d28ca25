//! What datasets, labels and samples are, with the codes of the API.

macro_rules! codes {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $type {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its code on the wire.
            pub fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// Reads a code; `None` if there is none such.
            pub fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes!(
    /// What the samples of a dataset are and how they are labeled.
    DatasetType {
        /// Images with labels.
        ImageClassification = 0,
        /// Images with boxes.
        ObjectDetection = 1,
        /// Images with masks.
        ImageSegmentation = 3,
        /// Texts with labels.
        TextClassification = 100,
        /// Texts with named entities.
        NamedEntities = 101,
        /// Texts with entities and relations between them.
        TextTriplets = 102,
        /// Sounds with labels.
        SoundClassification = 200,
        /// Sounds with what is said.
        SpeechContent = 201,
        /// Sounds with who says what when.
        SpeechParagraphs = 202,
        /// Rows of a table.
        Table = 400,
        /// Videos with labeled frames.
        Video = 600,
        /// Files of any kind, never labeled.
        FreeFormat = 900,
    }
);

codes!(
    /// What a label says.
    LabelType {
        /// What is on an image.
        ImageClassification = 0,
        /// What is where on an image.
        ObjectDetection = 1,
        /// Which part of an image something covers.
        ImageSegmentation = 3,
        /// What a text is about.
        TextClassification = 100,
        /// What a part of a text names.
        NamedEntity = 101,
        /// How two entities of a text are related.
        TripletRelation = 102,
        /// An entity of a text that relations are between.
        TripletEntity = 103,
        /// What a sound is.
        SoundClassification = 200,
        /// What is said.
        SpeechContent = 201,
        /// Who says what when.
        SpeechParagraph = 202,
        /// What is on a frame of a video.
        Video = 600,
    }
);

codes!(
    /// What a sample is.
    SampleType {
        /// jpg, jpeg, png, bmp.
        Image = 0,
        /// A text or a line of a text file.
        Text = 1,
        /// wav.
        Audio = 2,
        /// A part of a table.
        Table = 4,
        /// mp4, or a frame of one.
        Video = 6,
        /// Anything.
        FreeFormat = 9,
    }
);

impl DatasetType {
    /// What the samples of such a dataset are.
    pub fn sample_type(self) -> SampleType {
        match self {
            Self::ImageClassification | Self::ObjectDetection | Self::ImageSegmentation => SampleType::Image,
            Self::TextClassification | Self::NamedEntities | Self::TextTriplets => SampleType::Text,
            Self::SoundClassification | Self::SpeechContent | Self::SpeechParagraphs => SampleType::Audio,
            Self::Table => SampleType::Table,
            Self::Video => SampleType::Video,
            Self::FreeFormat => SampleType::FreeFormat,
        }
    }

    /// The type of a label that names none; tables and free format have no labels.
    pub fn label_type(self) -> Option<LabelType> {
        match self {
            Self::Table | Self::FreeFormat => None,
            Self::TextTriplets => Some(LabelType::TripletEntity),
            other => LabelType::from_code(other.code()),
        }
    }

    /// Whether samples of such a dataset may carry labels of this type.
    pub fn takes(self, label: LabelType) -> bool {
        match self {
            Self::TextTriplets => matches!(label, LabelType::TripletEntity | LabelType::TripletRelation),
            other => other.label_type() == Some(label),
        }
    }

    /// Whether the samples can be divided into parts for training and evaluation.
    pub fn can_be_split(self) -> bool {
        matches!(
            self,
            Self::ImageClassification
                | Self::ObjectDetection
                | Self::TextClassification
                | Self::SoundClassification
        )
    }
}

impl SampleType {
    /// Whether a file with this name can be such a sample.
    pub fn is_named(self, name: &str) -> bool {
        let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix).to_ascii_lowercase();
        match self {
            Self::Image => matches!(suffix.as_str(), "jpg" | "jpeg" | "png" | "bmp"),
            Self::Text => matches!(suffix.as_str(), "txt" | "csv"),
            Self::Audio => suffix == "wav",
            Self::Table => suffix == "csv",
            Self::Video => suffix == "mp4",
            Self::FreeFormat => true,
        }
    }
}
