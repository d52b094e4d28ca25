//! `x-image-process`.

use super::client::Endpoint;
use tidemill_vision::thumbnail::FILE_BYTES_MAX;
use tidemill_vision::{DecodeLimits, ImageFormat, Pixels, decode, encode};

const HEIGHT_20: &str = "x-image-process=image%2Fresize%2Cm_lfit%2Ch_20";

fn image(format: ImageFormat) -> Vec<u8> {
    let rgb = (0..80 * 40 * 3).map(|at| (at / 3 % 80 * 3) as u8).collect();
    encode(&Pixels::new(80, 40, rgb).unwrap(), format).unwrap()
}

#[tokio::test]
async fn an_image_is_fitted_to_a_height() {
    let endpoint = Endpoint::new().await;
    for (format, media_type) in [(ImageFormat::Jpeg, "image/jpeg"), (ImageFormat::Png, "image/png")] {
        endpoint.put("/bkt/k", &image(format)).await;
        let target = format!("/bkt/k?{HEIGHT_20}");
        // The second time the result is a kept one.
        for _ in 0..2 {
            let reply = endpoint.aws("GET", &target).send().await.expect(200);
            let read = decode(&reply.body, &DecodeLimits::default()).unwrap();
            assert_eq!((read.format, read.pixels.width(), read.pixels.height()), (format, 40, 20));
            assert_eq!(reply.headers["content-type"], media_type);
            assert_eq!(reply.headers["content-length"], reply.body.len().to_string().as_str());
            assert!(!reply.headers.contains_key("etag"), "it is not the object's");
        }
    }
}

#[tokio::test]
async fn the_parameter_is_part_of_a_signed_url() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/k", &image(ImageFormat::Jpeg)).await;
    let reply =
        endpoint.obs("GET", "/bkt/k?x-image-process=image/resize,m_lfit,h_20").send().await.expect(200);
    assert_eq!(decode(&reply.body, &DecodeLimits::default()).unwrap().pixels.height(), 20);
}

#[tokio::test]
async fn facts_about_an_image_are_json() {
    let endpoint = Endpoint::new().await;
    let bytes = image(ImageFormat::Png);
    endpoint.put("/bkt/k", &bytes).await;
    let reply = endpoint.aws("GET", "/bkt/k?x-image-process=image%2Finfo").send().await.expect(200);
    let facts: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(facts, serde_json::json!({"format": "png", "width": 80, "height": 40, "size": bytes.len()}));
}

#[tokio::test]
async fn what_cannot_be_processed_is_refused_in_the_form_of_the_endpoint() {
    let endpoint = Endpoint::new().await;
    endpoint.put("/bkt/text", b"hello").await;
    endpoint.put("/bkt/cut", &image(ImageFormat::Jpeg)[..300]).await;
    endpoint.put("/bkt/k", &image(ImageFormat::Jpeg)).await;
    endpoint.put("/bkt/large", &vec![0xff; FILE_BYTES_MAX + 1]).await;
    for name in ["text", "cut", "large"] {
        let target = format!("/bkt/{name}?{HEIGHT_20}");
        endpoint.aws("GET", &target).send().await.refused(400, "InvalidArgument");
    }
    for parameter in ["image%2Fblur%2Cr_3", "image%2Fresize%2Cw_5000", "video%2Finfo", ""] {
        let target = format!("/bkt/k?x-image-process={parameter}");
        endpoint.aws("GET", &target).send().await.refused(400, "InvalidArgument");
    }
    let target = format!("/bkt/none?{HEIGHT_20}");
    endpoint.aws("GET", &target).send().await.refused(404, "NoSuchKey");
    let target = format!("/bkt/k?{HEIGHT_20}");
    endpoint.anonymous("GET", &target).send().await.expect(403);
    endpoint.aws("PUT", &target).body(b"x").send().await.refused(501, "NotImplemented");
}

#[tokio::test]
async fn a_changed_object_gives_a_changed_result() {
    let endpoint = Endpoint::new().await;
    let target = format!("/bkt/k?{HEIGHT_20}");
    endpoint.put("/bkt/k", &image(ImageFormat::Jpeg)).await;
    let before = endpoint.get(&target).await;
    let grey = Pixels::new(40, 40, vec![127; 40 * 40 * 3]).unwrap();
    endpoint.put("/bkt/k", &encode(&grey, ImageFormat::Jpeg).unwrap()).await;
    assert_ne!(endpoint.get(&target).await, before);
    endpoint.aws("DELETE", "/bkt/k").send().await.expect(204);
    endpoint.aws("GET", &target).send().await.refused(404, "NoSuchKey");
}
