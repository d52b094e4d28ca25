# Two streams of huaweicloud_dis_stream with every argument the resource has.

terraform {
  required_providers {
    huaweicloud = { source = "tidemill.test/huaweicloud/huaweicloud" }
  }
}

variable "api" { type = string }
variable "region" { type = string }
variable "login" { type = map(string) }
variable "name" { type = string }
variable "partitions" {
  type    = number
  default = 2
}
variable "tags" {
  type    = map(string)
  default = { team = "tide", stage = "trial" }
}

provider "huaweicloud" {
  region      = var.region
  auth_url    = "${var.api}/v3"
  endpoints   = { dis = var.api, iam = var.api }
  access_key  = lookup(var.login, "access_key", null)
  secret_key  = lookup(var.login, "secret_key", null)
  user_name   = lookup(var.login, "user_name", null)
  password    = lookup(var.login, "password", null)
  domain_name = lookup(var.login, "domain_name", null)
}

resource "huaweicloud_dis_stream" "scaled" {
  stream_name                    = "${var.name}-scaled"
  partition_count                = var.partitions
  retention_period               = 48
  stream_type                    = "COMMON"
  data_type                      = "BLOB"
  compression_format             = "gzip"
  auto_scale_min_partition_count = 1
  auto_scale_max_partition_count = 6
  tags                           = var.tags
}

resource "huaweicloud_dis_stream" "csv" {
  stream_name     = "${var.name}-csv"
  partition_count = 1
  data_type       = "CSV"
  csv_delimiter   = ";"
  data_schema = jsonencode({
    type = "record", name = "reading", fields = [{ name = "value", type = "double" }]
  })
  enterprise_project_id = "0f0e0d0c-0b0a-4908-8706-050403020100"
}
