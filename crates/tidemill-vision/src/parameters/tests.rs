use serde_json::json;

use super::*;

const TABLE: Table = Table {
    operator: "Sample",
    parameters: &[
        Parameter::new("low", Kind::Real { min: -90.0, max: 90.0 }, "90"),
        Parameter::new("high", Kind::Real { min: -90.0, max: 90.0 }, "-90"),
        Parameter::new("size", Kind::Integer { min: 1, max: 100 }, "10"),
        Parameter::new("n_clusters", Kind::Count { min: 1, max: i64::MAX }, "auto"),
        Parameter::new("mode", Kind::Choice(&["Rain", "Fog"]), "Rain"),
        Parameter::new("simlarity_threshold", Kind::Real { min: 0.0, max: 1.0 }, "0.9")
            .or("similarity_threshold"),
    ],
    ordered: &[("low", "high")],
};

fn read(given: Json) -> Result<Values, ParameterError> {
    TABLE.read(given.as_object().unwrap())
}

fn message(given: Json) -> String {
    read(given).unwrap_err().to_string()
}

#[test]
fn text_and_native_values_are_the_same() {
    let text = read(
        json!({"size": "20", "low": "-3.5", "mode": "Fog", "n_clusters": "7", "do_validation": "False"}),
    );
    let native =
        read(json!({"size": 20, "low": -3.5, "mode": "Fog", "n_clusters": 7.0, "do_validation": false}));
    assert_eq!(text, native);
    let values = text.unwrap();
    assert_eq!(
        (values.integer("size"), values.count("n_clusters"), values.text("mode")),
        (20, Some(7), "Fog")
    );
    assert!(!values.boolean("do_validation"));
}

#[test]
fn what_is_missing_has_its_default_and_bounds_are_put_in_order() {
    let values = read(json!({})).unwrap();
    assert_eq!((values.real("low"), values.real("high")), (-90.0, 90.0));
    assert_eq!(values.count("n_clusters"), None);
    assert_eq!(values.get("n_clusters"), Some(&Value::Auto));
    assert!(values.boolean("do_validation"));
    let swapped = read(json!({"low": 5, "high": "2"})).unwrap();
    assert_eq!((swapped.real("low"), swapped.real("high")), (2.0, 5.0));
}

#[test]
fn errors_name_the_parameter_the_value_and_the_range() {
    assert_eq!(
        message(json!({"size": "101"})),
        "The value \"101\" of parameter size of Sample is invalid. Allowed: a whole number from 1 to 100."
    );
    assert_eq!(
        message(json!({"n_clusters": 0})),
        "The value 0 of parameter n_clusters of Sample is invalid. Allowed: auto or a whole number from 1."
    );
    assert!(message(json!({"mode": "rain"})).ends_with("Allowed: Rain, Fog."));
    assert!(
        message(json!({"sise": 1})).starts_with("Sample has no parameter sise. Allowed: low, high, size, ")
    );
    assert!(message(json!({"do_validation": "yes"})).ends_with("Allowed: True or False."));
    assert!(message(json!({"similarity_threshold": 1, "simlarity_threshold": 1})).ends_with("given twice."));
    assert!(message(json!({"a".repeat(1000): 1})).len() < 400);
}

#[test]
fn wrong_types_and_strange_numbers_are_refused() {
    for size in
        [json!(null), json!([1]), json!({}), json!(true), json!(1.5), json!(""), json!("1.5"), json!("1e1")]
    {
        assert!(read(json!({"size": size})).is_err(), "{size}");
    }
    for low in [json!("nan"), json!("inf"), json!(90.1), json!(null), json!(""), json!(false)] {
        assert!(read(json!({"low": low})).is_err(), "{low}");
    }
}

#[test]
fn a_required_parameter_is_asked_for() {
    const NEEDS: Table = Table {
        operator: "PCC",
        parameters: &[Parameter::required("prototype_sample_path", TEXT)],
        ordered: &[],
    };
    let error = NEEDS.read(&Map::new()).unwrap_err();
    assert!(error.to_string().starts_with("PCC needs the parameter prototype_sample_path."));
}

#[test]
fn the_canonical_form_does_not_depend_on_the_spelling() {
    let first =
        read(json!({"size": "20", "low": "1", "total_status": "[3]", "do_validation": "False"})).unwrap();
    let second = read(json!({"low": 1.0, "size": 20, "high": "-90.0"})).unwrap();
    assert_eq!(first.canonical(), second.canonical());
    assert_eq!(
        first.canonical(),
        "{\"high\":1.0,\"low\":-90.0,\"mode\":\"Rain\",\"n_clusters\":null,\"simlarity_threshold\":0.9,\"size\":20}"
    );
}
