//! Why was a workbook not read? Each reason with a code, what fills its sentence, and the sentence.
//!
//! Never blames the sender for what we cannot do: each sentence says what to do next.

/// Why a workbook was not read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WorkbookFault {
    /// The file is empty.
    #[error("文件是空的，请重新选择文件")]
    Empty,
    /// The file is larger than allowed.
    #[error("文件有{}，超过{}的上限，请删去无关的工作表和图片，或分成几个文件", megabytes(*.bytes as u64), megabytes(*.limit as u64))]
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The bytes allowed.
        limit: usize,
    },
    /// It is something else altogether.
    #[error("这不是Excel工作簿，请另存为“Excel工作簿（.xlsx）”后再上传")]
    NotAWorkbook,
    /// It is a workbook or a document of another format.
    #[error("这是{format}格式的文件，请另存为“Excel工作簿（.xlsx）”后再上传")]
    OtherFormat {
        /// The name of its format.
        format: &'static str,
    },
    /// It is locked by a password.
    #[error("工作簿设有打开密码，请取消密码后再上传")]
    Encrypted,
    /// Its end is missing.
    #[error("文件不完整，可能没有传完，请重新上传")]
    Truncated,
    /// It unpacks to more than allowed.
    #[error("文件解开后超过{}，不像正常的工作簿，没有读取", megabytes(*.limit))]
    UnpacksTooLarge {
        /// The bytes allowed.
        limit: u64,
    },
    /// It holds more parts than allowed.
    #[error("文件内有{parts}个部件，超过{limit}个的上限，不像正常的工作簿，没有读取")]
    TooManyParts {
        /// Its parts.
        parts: usize,
        /// The parts allowed.
        limit: usize,
    },
    /// A sheet has more rows than allowed.
    #[error("工作表“{sheet}”超过{limit}行，请分成几个文件")]
    TooManyRows {
        /// The sheet's name.
        sheet: String,
        /// The rows allowed.
        limit: u32,
    },
    /// A sheet has more columns than allowed.
    #[error("工作表“{sheet}”超过{limit}列，请删去无关的列")]
    TooManyColumns {
        /// The sheet's name.
        sheet: String,
        /// The columns allowed.
        limit: u32,
    },
    /// All sheets together have more cells than allowed.
    #[error("工作簿的单元格超过{limit}个，请分成几个文件")]
    TooManyCells {
        /// The cells allowed.
        limit: usize,
    },
    /// There is no sheet that can be seen.
    #[error("工作簿里没有可见的工作表")]
    NoSheet,
    /// Its parts contradict the format.
    #[error("工作簿已损坏（{detail}），请用Excel或WPS打开后另存一份再上传")]
    Damaged {
        /// What the reader stumbled on.
        detail: String,
    },
}

impl WorkbookFault {
    /// The id of its sentence in the messages file.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "workbook.empty",
            Self::TooLarge { .. } => "workbook.too_large",
            Self::NotAWorkbook => "workbook.not_a_workbook",
            Self::OtherFormat { .. } => "workbook.other_format",
            Self::Encrypted => "workbook.encrypted",
            Self::Truncated => "workbook.truncated",
            Self::UnpacksTooLarge { .. } => "workbook.unpacks_too_large",
            Self::TooManyParts { .. } => "workbook.too_many_parts",
            Self::TooManyRows { .. } => "workbook.too_many_rows",
            Self::TooManyColumns { .. } => "workbook.too_many_columns",
            Self::TooManyCells { .. } => "workbook.too_many_cells",
            Self::NoSheet => "workbook.no_sheet",
            Self::Damaged { .. } => "workbook.damaged",
        }
    }

    /// What fills the holes of its sentence, by name.
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty | Self::NotAWorkbook | Self::Encrypted | Self::Truncated | Self::NoSheet => Vec::new(),
            Self::TooLarge { bytes, limit } => {
                vec![("size", megabytes(*bytes as u64)), ("limit", megabytes(*limit as u64))]
            }
            Self::OtherFormat { format } => vec![("format", (*format).to_owned())],
            Self::UnpacksTooLarge { limit } => vec![("limit", megabytes(*limit))],
            Self::TooManyParts { parts, limit } => vec![("parts", parts.to_string()), ("limit", limit.to_string())],
            Self::TooManyRows { sheet, limit } | Self::TooManyColumns { sheet, limit } => {
                vec![("sheet", sheet.clone()), ("limit", limit.to_string())]
            }
            Self::TooManyCells { limit } => vec![("limit", limit.to_string())],
            Self::Damaged { detail } => vec![("detail", detail.clone())],
        }
    }
}

impl From<calamine::XlsxError> for WorkbookFault {
    fn from(error: calamine::XlsxError) -> Self {
        match error {
            calamine::XlsxError::Password => Self::Encrypted,
            error => {
                Self::Damaged { detail: crate::official::printable(&error.to_string()).chars().take(120).collect() }
            }
        }
    }
}

/// `20MB`, rounded up to a tenth.
fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1 << 20);
    if tenths.is_multiple_of(10) { format!("{}MB", tenths / 10) } else { format!("{}.{}MB", tenths / 10, tenths % 10) }
}
