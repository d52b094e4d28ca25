//! The text of the parameter.

use super::{Mode, Process, Resize, SIDE_MAX, Step};
use crate::ImageFormat;

const STEPS_MAX: usize = 8;
const PERCENT_MAX: u32 = 1000;

/// `image/<step>/<step>…`, or what is wrong with it.
pub(super) fn process(text: &str) -> Result<Process, String> {
    let steps = text.strip_prefix("image/").ok_or("the parameter has to begin with image/")?;
    let steps: Vec<Step> = steps.split('/').map(step).collect::<Result<_, _>>()?;
    if steps.len() > STEPS_MAX {
        return Err(format!("there are {} steps, at most {STEPS_MAX} are allowed", steps.len()));
    }
    if steps.len() > 1 && steps.contains(&Step::Info) {
        return Err("info cannot be joined with other steps".to_owned());
    }
    Ok(Process { steps })
}

fn step(text: &str) -> Result<Step, String> {
    let (name, values) = text.split_once(',').unwrap_or((text, ""));
    match (name, values) {
        ("resize", _) => resize(values).map(Step::Resize),
        ("format", _) => format(values).map(Step::Format),
        ("info", "") => Ok(Step::Info),
        _ => Err(format!("{text:?} is not offered; resize, format and info are")),
    }
}

fn format(name: &str) -> Result<ImageFormat, String> {
    match name {
        "jpg" | "jpeg" => Ok(ImageFormat::Jpeg),
        "png" => Ok(ImageFormat::Png),
        "webp" => Ok(ImageFormat::WebP),
        _ => Err(format!("format {name:?} is not offered; jpg, png and webp are")),
    }
}

fn resize(values: &str) -> Result<Resize, String> {
    let mut resize = Resize::default();
    for value in values.split(',') {
        let wrong = || format!("{value:?} is not a value of resize; m_, w_, h_, l_, s_, p_ and limit_ are");
        let (name, value) = value.split_once('_').ok_or_else(wrong)?;
        match name {
            "m" => resize.mode = mode(value)?,
            "w" => resize.width = Some(number(name, value, SIDE_MAX)?),
            "h" => resize.height = Some(number(name, value, SIDE_MAX)?),
            "l" => resize.longer = Some(number(name, value, SIDE_MAX)?),
            "s" => resize.shorter = Some(number(name, value, SIDE_MAX)?),
            "p" => resize.percent = Some(number(name, value, PERCENT_MAX)?),
            "limit" if matches!(value, "0" | "1") => resize.may_enlarge = value == "0",
            _ => return Err(wrong()),
        }
    }
    if resize.asks() { Ok(resize) } else { Err("resize needs one of w_, h_, l_, s_ and p_".to_owned()) }
}

fn mode(name: &str) -> Result<Mode, String> {
    match name {
        "lfit" => Ok(Mode::Fit),
        "mfit" => Ok(Mode::Cover),
        "fixed" => Ok(Mode::Fixed),
        _ => Err(format!("m_{name} is not offered; m_lfit, m_mfit and m_fixed are")),
    }
}

fn number(name: &str, text: &str, max: u32) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| (1..=max).contains(number));
    number.ok_or_else(|| format!("{name}_{text}: {name}_ takes a number from 1 to {max}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_form_is_read() {
        let parsed = process("image/resize,m_lfit,h_200").unwrap();
        assert_eq!(parsed.steps, [Step::Resize(Resize { height: Some(200), ..Resize::default() })]);
        let parsed = process("image/resize,p_50,limit_0/format,png").unwrap();
        let half = Resize { percent: Some(50), may_enlarge: true, ..Resize::default() };
        assert_eq!(parsed.steps, [Step::Resize(half), Step::Format(ImageFormat::Png)]);
        assert_eq!(process("image/info").unwrap().steps, [Step::Info]);
    }

    #[test]
    fn anything_else_is_refused_with_what_is_allowed() {
        for bad in [
            "",
            "image/",
            "video/info",
            "image/resize",
            "image/resize,",
            "image/resize,m_lfit",
            "image/resize,w_0",
            "image/resize,w_4097",
            "image/resize,w_-1",
            "image/resize,h_",
            "image/resize,m_pad,w_1",
            "image/resize,x_1",
            "image/resize,w_1,limit_2",
            "image/resize,p_1001",
            "image/format,exe",
            "image/info/format,png",
            "image/blur,r_3",
            "image/resize,w_1/resize,w_1/resize,w_1/resize,w_1/resize,w_1/resize,w_1/resize,w_1/info/info",
        ] {
            assert!(process(bad).is_err_and(|text| !text.is_empty()), "{bad}");
        }
    }
}
