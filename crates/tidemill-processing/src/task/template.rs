//! Kinds of processing.

/// A kind of processing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Feature analysis of a dataset version.
    Analyse,
    /// Cleansing.
    Cleaning,
    /// Validation.
    Validation,
    /// Selection.
    Selection,
    /// Augmentation, and generation.
    Augmentation,
}

impl Template {
    /// Every value; the last four in the order in which the API lists them.
    pub const ALL: [Self; 5] =
        [Self::Analyse, Self::Cleaning, Self::Validation, Self::Selection, Self::Augmentation];

    /// The id in the API.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Analyse => "sys_data_analyse",
            Self::Cleaning => "sys_data_cleaning",
            Self::Validation => "sys_data_validation",
            Self::Selection => "sys_data_selection",
            Self::Augmentation => "sys_data_augmentation",
        }
    }

    /// The name in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Analyse => "data analyse",
            Self::Cleaning => "data cleaning",
            Self::Validation => "data validation",
            Self::Selection => "data selection",
            Self::Augmentation => "data augmentation",
        }
    }

    /// The name in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Analyse => "数据分析",
            Self::Cleaning => "数据清洗",
            Self::Validation => "数据校验",
            Self::Selection => "数据选择",
            Self::Augmentation => "数据增强",
        }
    }

    /// Reads an id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.id() == id)
    }

    /// Whether a task of this kind is a container of versions.
    pub fn has_versions(self) -> bool {
        self != Self::Analyse
    }
}
