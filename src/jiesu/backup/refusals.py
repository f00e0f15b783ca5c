"""Why a backup is not taken, or not put back."""

from __future__ import annotations

from jiesu.errors import Conflict

__all__ = ["BackupDamaged", "BackupFailed", "KeysMissing", "NewerRelease", "NotEmpty", "ToolMissing"]


class BackupFailed(Conflict):
    zh = "备份没有完成：{why}。什么也没有留下。"
    en = "The backup was not finished: {why}. Nothing was left behind."


class ToolMissing(Conflict):
    zh = "没有找到适用于 PostgreSQL {major} 的 {tool}。请安装 postgresql-client-{major}。"
    en = "There is no {tool} for PostgreSQL {major}: install postgresql-client-{major}."


class BackupDamaged(Conflict):
    zh = "这份备份不完整或被改动过：{what}。请换一份备份。"
    en = "This backup is damaged or was changed: {what}. Take another one."


class KeysMissing(Conflict):
    zh = "密钥环里没有这份备份需要的密钥：{keys}。请在 JIESU_KEY_RING 中指定当时的密钥环文件。"
    en = "The key ring has not the keys that this backup needs: {keys}. Name the ring file of that time in JIESU_KEY_RING."


class NotEmpty(Conflict):
    zh = "只能恢复到空的地方，而{what}里已有数据。请换一个空的数据库或目录。"
    en = "A backup is restored into an empty place only, and there is something in {what}: choose another."


class NewerRelease(Conflict):
    zh = "这份备份来自更新的版本（{revision}）。请先安装 {release} 或更新的版本。"
    en = "This backup is of a newer release ({revision}): install {release} or a later one first."
