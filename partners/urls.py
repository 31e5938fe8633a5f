"""Addresses of partners, members and accounts."""

from django.urls import path

from partners.views import account, inbox, joining, members, organisations, sign_in

app_name = "partners"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign-in-code"),
    path("sign-in/lost/", sign_in.lost_factor, name="lost-factor"),
    path("sign-in/new-factor/", sign_in.new_factor, name="new-factor"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("forgotten/", sign_in.forgotten, name="forgotten"),
    path("reset/<str:token>/", sign_in.reset_password, name="reset-password"),
    path("code/", sign_in.step_up, name="step-up"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("invitation/<str:token>/app/", joining.invitation_factor, name="invitation-factor"),
    path("terms/", joining.accept_terms, name="terms"),
    path("apply/", joining.apply, name="apply"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change-password"),
    path("account/app/", account.change_factor, name="change-factor"),
    path("account/recovery-codes/", account.new_recovery_codes, name="new-recovery-codes"),
    path(
        "account/lost-factors/<ref:reference>/",
        account.stop_lost_factor,
        name="stop-lost-factor",
    ),
    path("account/mail/", inbox.choose_mail, name="choose-mail"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/seen/", inbox.mark_all_seen, name="inbox-seen"),
    path("inbox/<ref:reference>/", inbox.follow, name="inbox-follow"),
    path("members/", members.member_list, name="member-list"),
    path("members/invite/", members.invite, name="invite"),
    path("members/lock-out/", members.lock_out, name="lock-out"),
    path("members/settings/", members.change_settings, name="settings"),
    path("members/competences/", members.declare_competences, name="competences"),
    path("members/<ref:reference>/", members.member_detail, name="member-detail"),
    path("members/<ref:reference>/give/", members.give_role, name="give-role"),
    path("members/<ref:reference>/end/<int:membership>/", members.end_role, name="end-role"),
    path("members/<ref:reference>/remove/", members.remove_member, name="remove-member"),
    path(
        "invitations/<ref:reference>/revoke/",
        members.revoke_invitation,
        name="revoke-invitation",
    ),
    path("units/add/", members.unit_add, name="unit-add"),
    path("units/<ref:reference>/", members.unit_change, name="unit-change"),
    path("partners/", organisations.partner_list, name="partner-list"),
    path("partners/enter/", organisations.enter, name="partner-enter"),
    path("partners/<ref:reference>/", organisations.partner_detail, name="partner-detail"),
    path("partners/<ref:reference>/vet/", organisations.record_vetting, name="record-vetting"),
    path("partners/<ref:reference>/answer/", organisations.answer_vetting, name="answer-vetting"),
    path("partners/<ref:reference>/invite/", organisations.invite_manager, name="invite-manager"),
    path(
        "partners/<ref:reference>/decide/<slug:decision>/",
        organisations.decide,
        name="partner-decide",
    ),
    path(
        "lost-factors/<ref:reference>/",
        organisations.lost_factor_detail,
        name="lost-factor-detail",
    ),
]
